/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space fixes before the programs are loaded, so the verifier removes what is not in use. */
#ifndef SYSLAT_CONFIGURATION_H
#define SYSLAT_CONFIGURATION_H

#include "calls.h"
#include "limits.h"
#include "name_pattern.h"
#include "types.h"

/* A stretch of the vDSO's code, up to the next one. */
struct syslat_vdso_region {
    syslat_u32 start; /* bytes from the beginning of the image */
    syslat_u32 function;
};

/* How much is kept of slow calls. */
#define SYSLAT_KEEPS_ARGUMENTS 1
#define SYSLAT_KEEPS_STACKS 2

/* What calls are grouped by where the programs must help. */
enum syslat_grouping {
    SYSLAT_NO_GROUPS = 0,
    SYSLAT_BY_THREAD = 1, /* events have thread ids, and the end of each thread is told */
    SYSLAT_BY_CGROUP = 2, /* the cgroup of each process that ends is told */
    SYSLAT_BY_FILE = 3,   /* calls on descriptors are counted by file */
};

/* Whose cgroups: those of the unified hierarchy (version 2), or those of a controller of version 1. */
enum syslat_cgroup_hierarchy {
    SYSLAT_UNIFIED_HIERARCHY = 0,
    SYSLAT_MEMORY_HIERARCHY = 1,
    SYSLAT_PIDS_HIERARCHY = 2,
    SYSLAT_CPU_HIERARCHY = 3,
};

/* The events of classic programs that another program can handle before them. */
enum syslat_event_kind {
    SYSLAT_NO_EVENT = 0,
    SYSLAT_ENTRY_EVENT = 1,
    SYSLAT_EXIT_EVENT = 2,
    SYSLAT_FORK_EVENT = 3,
    SYSLAT_EXEC_EVENT = 4,
    SYSLAT_TASK_EXIT_EVENT = 5,
};
#define SYSLAT_CLASSIC_EVENTS 6

/* Which slow calls are kept, besides how long they took: those that fit everything that is in use. */
struct syslat_call_filter {
    syslat_u32 by_name;
    syslat_u32 tid_count;
    syslat_u32 error_count;
    syslat_u32 tids[SYSLAT_FILTER_IDS];
    syslat_u32 errors[SYSLAT_FILTER_IDS];
    struct syslat_name_pattern name; /* of the process */
};

struct syslat_config {
    syslat_u32 self_tgid;
    syslat_u32 follow;          /* children of watched processes are watched too */
    syslat_u32 forgets_ended;   /* a process that ends leaves the watch list; not so where the list holds every id */
    syslat_u32 slot_mask;       /* number of slots - 1 */
    syslat_u32 direct_slots;    /* no two thread ids share a slot */
    syslat_u32 cpu_mask;        /* number of CPU shares - 1 */
    syslat_u32 knows_threads;   /* threads are told by the address of their registers */
    syslat_u32 concurrent;      /* several programs may use one CPU share at once: CPUs share it, or programs preempt each other */
    syslat_u32 wake_bytes;      /* wake the consumer when so much waits in the ring */
    syslat_u32 sampling;        /* some calls are unmeasured */
    syslat_u32 has_selection;   /* only the calls below are traced */
    syslat_u32 others_selected; /* ... and every other number, except those listed */
    syslat_u32 other_count;
    syslat_u32 registers_place; /* how far into its stack a thread's registers lie; for classic programs */
    syslat_u32 may_skip;        /* the kernel may skip programs: an exit without an entry need not be a refused call */
    syslat_u32 classic_events[SYSLAT_CLASSIC_EVENTS]; /* the numbers of the events of classic programs, by kind */
    syslat_u32 keeps_calls;                           /* details of slow calls: SYSLAT_KEEPS_..., or 0 */
    syslat_u32 keeps_longest;    /* so many of each call index, at most SYSLAT_LONGEST; 0: all that reach the thresholds */
    syslat_u32 filters_calls;    /* by the filter below */
    syslat_u32 notes_sleep;      /* where calls sleep is noted at each context switch */
    syslat_u32 grouping;         /* enum syslat_grouping */
    syslat_u32 cgroup_hierarchy; /* enum syslat_cgroup_hierarchy */
    syslat_u32 calibrating_tid;  /* the profiler's thread whose calls give the probe floor */
    syslat_u32 other_abis[SYSLAT_OTHER_NUMBERS]; /* numbers without a bit that are not as others_selected says */
    syslat_s32 other_numbers[SYSLAT_OTHER_NUMBERS];
    syslat_u32 vdso_bytes;   /* size of the image that every native process has; 0 if there is none */
    syslat_u32 vdso_regions; /* how many of those below are in use, in rising order */
    struct syslat_vdso_region regions[SYSLAT_VDSO_REGIONS];
    syslat_u64 selected[SYSLAT_CALL_INDEXES / 64];             /* a bit for each of 1024 numbers of each ABI */
    syslat_u64 selected_requests[SYSLAT_REQUEST_OPCODES / 64]; /* a bit for each opcode of io_uring */
    struct syslat_call_filter filter;
    syslat_u16 argument_places[SYSLAT_CALL_INDEXES]; /* which arguments are descriptors and paths (details.h) */
};

#endif
