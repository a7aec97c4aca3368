/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What goes through the ring. */
#ifndef SYSLAT_RECORDS_H
#define SYSLAT_RECORDS_H

#include "limits.h"
#include "types.h"

/* One completed call that took less than 2^SYSLAT_VALUE_BITS ns. CPUs write nothing more often than this, so it is kept small. */
#define SYSLAT_TGID_MASK ((1ULL << SYSLAT_TGID_BITS) - 1)
struct syslat_event {
    syslat_u64 time; /* duration in ns, times 2^SYSLAT_TGID_BITS, plus the process id; by thread, plus the thread id */
    syslat_u64 call; /* the call word */
};

enum syslat_record_kind {
    SYSLAT_RECORD_BATCH = 1,        /* header, then `count` events */
    SYSLAT_RECORD_PROCESS_EXIT = 2, /* struct syslat_process_exit */
    SYSLAT_RECORD_CALL = 3,         /* struct syslat_single_call */
    SYSLAT_RECORD_THREAD_EXIT = 4,  /* struct syslat_thread_exit */
    SYSLAT_RECORD_CGROUP = 5,       /* struct syslat_process_cgroup, then `count` bytes of names */
};

/* Every record begins with this. */
struct syslat_record_header {
    syslat_u16 version; /* SYSLAT_ABI_VERSION */
    syslat_u16 kind;    /* enum syslat_record_kind */
    syslat_u32 count;
};

struct syslat_batch {
    struct syslat_record_header header;
    struct syslat_event events[SYSLAT_BATCH_EVENTS];
};

/*
 * One completed call outside the batches: an event has no room for its duration, or the batch was in use. Or, with the outcome
 * SYSLAT_AFTER_EXIT, the work that a call left: how long it took, or 0 if that could not be measured. Or, with the sampling
 * SYSLAT_UNMEASURED, a call whose entry or exit was not seen; it has no duration.
 */
struct syslat_single_call {
    struct syslat_record_header header; /* count is 1 */
    syslat_u64 duration_ns;
    syslat_u64 call;
    syslat_u32 tgid; /* by thread, the thread id; 0 with SYSLAT_AFTER_EXIT */
    syslat_u32 reserved;
};

/* A process ended, so /proc no longer has its name. */
struct syslat_process_exit {
    struct syslat_record_header header; /* count is 1 */
    syslat_u32 tgid;
    syslat_u32 before_entry; /* enum syslat_before_entry */
    syslat_u64 cpu_ns;       /* CPU time of the process in all its life */
    char comm[16];
};

/* A thread ended, or lives on under another id, in a capture whose events have thread ids. */
struct syslat_thread_exit {
    struct syslat_record_header header; /* count is 1 */
    syslat_u32 tid;
    syslat_u32 tgid;
    char thread[16];
    char comm[16];
};

/* In which cgroup a process was when it ended. The names follow from the cgroup to the root of the hierarchy, a NUL behind each. */
struct syslat_process_cgroup {
    struct syslat_record_header header;
    syslat_u32 tgid;
    syslat_u32 is_cut; /* there are more names towards the root */
};

_Static_assert(sizeof(struct syslat_event) == 16, "event layout");
_Static_assert(sizeof(struct syslat_record_header) == 8, "record header layout");
_Static_assert(sizeof(struct syslat_batch) == 8 + 16 * SYSLAT_BATCH_EVENTS, "batch layout");
_Static_assert(sizeof(struct syslat_single_call) == 32, "single call layout");
_Static_assert(sizeof(struct syslat_process_exit) == 40, "process exit layout");
_Static_assert(sizeof(struct syslat_thread_exit) == 48, "thread exit layout");
_Static_assert(sizeof(struct syslat_process_cgroup) == 16, "process cgroup layout");

#endif
