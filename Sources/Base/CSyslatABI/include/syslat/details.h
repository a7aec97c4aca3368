/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is kept of single slow calls, and what decides which calls are slow. */
#ifndef SYSLAT_DETAILS_H
#define SYSLAT_DETAILS_H

#include "limits.h"
#include "types.h"

/*
 * Which arguments of a call are descriptors and paths: four places of three bits each, from the lowest bit two of descriptors and two
 * of paths. A place is the number of an argument, or SYSLAT_NO_ARGUMENT.
 */
#define SYSLAT_ARGUMENT_BITS 3
#define SYSLAT_NO_ARGUMENT 7
/* Set beside the places of a call that executes a program: when it has succeeded, its arguments are gone, and the file of the program is told. */
#define SYSLAT_EXECUTES_PROGRAM 0x1000

enum syslat_file_flags {
    SYSLAT_FILE_DELETED = 1,      /* it has no name any more */
    SYSLAT_FILE_CUT = 2,          /* the name has more components towards the root */
    SYSLAT_FILE_DISCONNECTED = 4, /* the name is not of a place in a tree: pipes, sockets, anonymous inodes */
};

/* Both ends of a socket. Ports are in host order, addresses as they stand on the wire. */
struct syslat_socket {
    syslat_u16 family; /* AF_... */
    syslat_u16 type;   /* SOCK_... */
    syslat_u16 protocol;
    syslat_u16 local_port;
    syslat_u16 remote_port;
    syslat_u16 reserved;
    syslat_u8 local[16];
    syslat_u8 remote[16];
};

/* What a descriptor stands for. */
struct syslat_call_file {
    syslat_u32 argument; /* the number of the argument, plus 1; 0 if there is no file */
    syslat_u32 device;   /* as the kernel numbers it: major << 20 | minor */
    syslat_u64 inode;
    syslat_u32 magic; /* of the file system */
    syslat_u32 mode;  /* S_IF... and permissions */
    syslat_u32 flags; /* enum syslat_file_flags */
    syslat_u32
        name_bytes; /* the components of the path from the file to the root, a NUL behind each; of a UNIX socket its address */
    struct syslat_socket socket; /* of sockets only */
    syslat_u32 reserved;
};

/* A path among the arguments. */
struct syslat_call_path {
    syslat_u32 argument; /* as in a file */
    syslat_u32 bytes;    /* with the NUL; SYSLAT_PATH if it may be longer */
};

/* A frame of a user stack, as the kernel writes it (struct bpf_stack_build_id, include/uapi/linux/bpf.h). */
struct syslat_build_frame {
    syslat_s32 status; /* 1: `place` is an offset in the file with the build id; 2: it is an address */
    syslat_u8 build_id[20];
    syslat_u64 place;
};

/* How a call slept. */
struct syslat_slept {
    syslat_u64 total_ns; /* from leaving the CPU to running again */
    syslat_u64 longest_ns;
    syslat_u32 count; /* of sleeps */
    syslat_s32 stack; /* in which it slept longest: its number in the map of stacks; negative: it found no room there */
};

/* The sleeps of the call that a thread is in, by slot. */
struct syslat_sleep {
    syslat_u64 start_ns; /* the entry of the call */
    syslat_u64 left_ns;  /* when the thread left the CPU, CLOCK_MONOTONIC; 0 while it runs */
    syslat_u32 tid;
    syslat_s32 stack;      /* where the kernel sleeps, as below */
    syslat_s32 user_stack; /* where the program made the call */
    syslat_u32 voluntary;  /* low bits of task->nvcsw at its last sleep, or at the entry */
    struct syslat_slept slept;
};

/* One slow call. These go through a ring of their own: the structure, then what has no fixed length. */
struct syslat_details {
    syslat_u64 start_ns; /* CLOCK_MONOTONIC, the entry */
    syslat_u64 duration_ns;
    syslat_u64 call; /* the call word */
    syslat_s64 result;
    syslat_u64 arguments[6];
    syslat_u32 version; /* SYSLAT_ABI_VERSION */
    syslat_u32 tgid;
    syslat_u32 tid;
    syslat_u32 frame_bytes; /* of the stack of the program, innermost frame first */
    char comm[16];          /* of the process */
    char thread[16];        /* of the thread */
    struct syslat_call_file files[SYSLAT_CALL_FILES];
    struct syslat_call_path paths[SYSLAT_CALL_PATHS];
    struct syslat_slept slept;
    syslat_u64 instruction; /* where the program goes on; 0 if its stack wasn't taken, or is that of another ABI */
    syslat_u64 stack_words[SYSLAT_STACK_WORDS];
};

/* The way from a file to the root of its mount namespace. */
struct syslat_walk {
    syslat_u64 entry; /* where it is: kernel addresses of a directory entry and a mount */
    syslat_u64 mount;
    syslat_u32 end;   /* where the name must end in the draft */
    syslat_u32 flags; /* of the file */
};

/* Where a program puts one together. What has no fixed length follows in this order: frames, paths, names of files. */
struct syslat_details_draft {
    struct syslat_walk walk;
    struct syslat_details details;
    syslat_u8 rest[SYSLAT_STACK_FRAMES * sizeof(struct syslat_build_frame) + SYSLAT_CALL_PATHS * SYSLAT_PATH +
                   SYSLAT_CALL_FILES * SYSLAT_FILE_NAME];
    syslat_u32 used; /* bytes of `rest` */
    syslat_u32 lock; /* 1: a program is using it */
};

_Static_assert(sizeof(struct syslat_call_file) == 80, "call file layout");
_Static_assert(sizeof(struct syslat_build_frame) == 32, "build frame layout");
_Static_assert(sizeof(struct syslat_details) == 128 + 2 * 80 + 2 * 8 + 24 + 72, "details layout");

#endif
