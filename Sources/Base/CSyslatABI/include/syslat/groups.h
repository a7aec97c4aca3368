/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls by file: maps that the programs fill where a capture groups calls by file. There are two for the pairs of a file and a call. While the
 * programs fill one, user space takes what is in the other, and makes room in it.
 */
#ifndef SYSLAT_GROUPS_H
#define SYSLAT_GROUPS_H

#include "details.h"
#include "limits.h"
#include "shared_memory.h"
#include "types.h"

/* Files that are one to their readers, because there may be very many of them and each has its own number. */
enum syslat_file_kind {
    SYSLAT_FILE = 0,           /* one of its own: by device, inode and generation */
    SYSLAT_PIPES = 1,          /* all pipes without a name */
    SYSLAT_ANONYMOUS_FILE = 2, /* all of one kind: the inode stands for it (anon_inode:[eventpoll]) */
    SYSLAT_SOCKETS = 3,        /* all of one address family, protocol and type: the inode stands for them */
};

struct syslat_file_key {
    syslat_u64 inode;
    syslat_u32 device;
    syslat_u16 kind;       /* enum syslat_file_kind */
    syslat_u16 index;      /* the call index; 0 in the map of names */
    syslat_u32 generation; /* of the inode, whose number a later file may have again */
    syslat_u32 reserved;
};

/* The calls of one call index on one file. */
struct syslat_file_calls {
    syslat_u64 calls[SYSLAT_COMPLETIONS];
    syslat_u64 total_ns[SYSLAT_COMPLETIONS];
    struct syslat_overflow distribution;
};

/* What a file is called. */
struct syslat_file_name {
    struct syslat_call_file file;
    syslat_u8 name[SYSLAT_FILE_NAME];
};

_Static_assert(SYSLAT_CALL_INDEXES <= 65536, "a call index has room in a key");
_Static_assert(sizeof(struct syslat_file_key) == 24, "file key layout");

#endif
