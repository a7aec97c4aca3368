/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory and maps that both sides read while a capture runs. */
#ifndef SYSLAT_SHARED_MEMORY_H
#define SYSLAT_SHARED_MEMORY_H

#include "calls.h"
#include "limits.h"
#include "records.h"
#include "types.h"

/* ---- Steering ---- */

enum syslat_phase {
    SYSLAT_IDLE = 0,
    SYSLAT_CALIBRATING = 1, /* one thread of the profiler is watched and no other; its process is in the watch list meanwhile */
    SYSLAT_RECORDING = 2,   /* the processes of the watch list */
    SYSLAT_STOPPED = 3,     /* recording has ended */
    SYSLAT_RECORDING_CGROUP = 4, /* the processes of a cgroup */
};

/* The low bits of an epoch are its phase. The others count the changes of the phase, the watch list or the sampling. */
#define SYSLAT_EPOCH_PHASE_BITS 3

struct syslat_control {
    syslat_u32 epoch;              /* what is known about threads holds for one epoch */
    syslat_u32 spilled;            /* calls in the spill table now; written by the programs only */
    syslat_u64 recording_start_ns; /* CLOCK_MONOTONIC, when recording began */
    syslat_u64 coarse_now_ns;      /* CLOCK_MONOTONIC, as user space last looked: the entry time of unmeasured calls */
    syslat_u32 sampling_shift;     /* 1 of 2^shift calls is measured */
    syslat_u32 vdso_ticks;         /* vDSO ticks until now; written by the programs only */
    syslat_u64 tick_period_ns;     /* the time that a vDSO tick stands for */
    syslat_u32 finds_end_of_work;  /* a program is attached where the work that a call left has been done */
    syslat_u32 requests;           /* in the map of requests now; written by the programs only */
    syslat_u32 rescues;            /* a program may be attached that handles the events of classic ones before them */
    syslat_u32 file_pairs;         /* pairs of a file and a call that maps took in until now; written by the programs only */
    syslat_u32 file_pairs_taken;   /* of these, the ones that were there when user space last made the programs use the other map */
    syslat_u32 reserved;
    syslat_u8 met[SYSLAT_CALL_INDEXES]; /* 0 where there has been no such call while calls were sampled; written by the programs */
};

/* ---- CPU shares ---- */

/* What became of the calls, in events, by CPU share. Swift decodes them one by one: KernelCounters. */
struct syslat_counters {
    syslat_u64 entered;              /* calls that no slot counts */
    syslat_u64 never_returned;       /* the thread ended inside the call */
    syslat_u64 began_before;         /* exits without an entry, first seen of a thread older than the recording */
    syslat_u64 new_task_returns;     /* the same of a thread born during the recording */
    syslat_u64 refused;              /* exits without an entry, of a thread seen before: seccomp or a tracer */
    syslat_u64 no_slot;              /* lost: the slot was taken and the spill table full */
    syslat_u64 missed_exit;          /* lost: the thread entered again before its return was seen */
    syslat_u64 overflowed;           /* counted in the overflow histograms because the ring was full */
    syslat_u64 overflow_full;        /* lost: those were full as well */
    syslat_u64 spilled;              /* kept in the spill table */
    syslat_u64 batches;              /* batches given to the ring */
    syslat_u64 unbatched;            /* calls that went alone */
    syslat_u64 clock_backwards;      /* the clock ran backwards inside a call: counted with 0 ns */
    syslat_u64 exits_unsent;         /* process exits for which the ring had no room */
    syslat_u64 callers_unnoted;      /* calls past the vDSO for whose place in the code the callers' map had no room */
    syslat_u64 vsyscalls_unnoted;    /* calls through the vsyscall page for whose process it had none */
    syslat_u64 ticks_unnoted;        /* vDSO ticks for which the ticks' map had no room */
    syslat_u64 refused_unnoted;      /* refused calls of a kind for which the map of them had no room */
    syslat_u64 before_entry_unnoted; /* times when the map of what stands before the entry had no room for a process */
    syslat_u64 unseen_entries;       /* calls that completed, but whose entry the kernel skipped */
    syslat_u64 unseen_exits;         /* the same of exits */
    syslat_u64 rescued_entries;      /* entries at which a classic program was skipped after another one had handled them */
    syslat_u64 rescued_tasks;        /* the same of starts, ends and execves */
    syslat_u64 work_unnoted;         /* calls that left work and for which the ring and the overflow histograms had no room */
    syslat_u64 details_unkept;       /* slow calls for whose details there was no room in the ring of details, or no draft */

    /* The same of requests to io_uring. */
    syslat_u64 requests;               /* submitted */
    syslat_u64 requests_silent;        /* that post no completion if they succeed */
    syslat_u64 requests_no_place;      /* lost: the map of requests was full */
    syslat_u64 requests_missed;        /* lost: the completion was not seen */
    syslat_u64 requests_hidden;        /* completions that found the program's queue full, and did not name their request */
    syslat_u64 requests_overflow_full; /* lost: the ring and the overflow histograms were full */
};

/* A CPU share: counters, and the batch being filled. */
struct syslat_cpu {
    struct syslat_counters counters;
    syslat_u32 users;   /* programs inside the batch: the first owns it, the others keep away from it */
    syslat_u32 handled; /* enum syslat_event_kind: an event whose classic program has yet to come, or was skipped */
    struct syslat_batch batch;
    syslat_u64 unused[7]; /* no two shares have a cache line in common */
};

/* ---- Calls in flight ---- */

#define SYSLAT_IN_CALL 0x80000000U
#define SYSLAT_LEFT_WORK 0x40000000U
struct syslat_slot {
    syslat_u64 start_ns; /* the entry time: CLOCK_MONOTONIC, or the coarse clock for an unmeasured call; or the exit time */
    syslat_u64 call;     /* the call word, without error and outcome */
    syslat_u32 thread;  /* the id last seen here, or 0; with SYSLAT_IN_CALL while it is in a call, or SYSLAT_LEFT_WORK when the call
                               has ended and its work has not */
    syslat_u32 entered; /* calls that entered in this slot; when this wraps around, 2^32 go to the counter `entered` */
    syslat_u32 voluntary;   /* low bits of task->nvcsw at entry */
    syslat_u32 involuntary; /* low bits of task->nivcsw at entry */
};

/* A request to io_uring that has not completed, in a map by its address. */
struct syslat_request {
    syslat_u64 start_ns; /* CLOCK_MONOTONIC, when it was submitted */
    syslat_u64 task;     /* struct task_struct * of the thread that submitted it */
    syslat_u32 tgid;
    syslat_u32 tid;
    syslat_u32 voluntary; /* as in a slot */
    syslat_u32 involuntary;
    syslat_u8 opcode;
    syslat_u8 flags; /* IOSQE_... */
    syslat_u8 reserved[6];
};

/* Calls of a thread of which one is measured (BPF/sampling.bpf.h). */
struct syslat_block {
    syslat_u32 next;  /* the call that was drawn, counted among all calls of the thread */
    syslat_u16 rest;  /* calls that come after it in the block */
    syslat_u16 shift; /* the block has 2^shift calls */
};

/* A known thread's entry: the slot of its calls on the fast path, and what holds of it in an epoch (BPF/threads.bpf.h). */
struct syslat_known_thread {
    syslat_u64 registers; /* their address; 0 where the place is free, 1 while a thread is taking it */
    syslat_u64 task;      /* struct task_struct * */
    struct syslat_slot slot;
    syslat_u32 owner; /* the process id, or by thread the thread id; 0 while the process is not watched */
    syslat_u32 epoch; /* in which `owner` and `block` were looked up */
    struct syslat_block block;
};

/* ---- Calls that are only counted ---- */

/* The unmeasured calls of one call index that have completed, by completion. */
struct syslat_unmeasured {
    syslat_u64 calls[SYSLAT_COMPLETIONS];
};

/* An overflow histogram has one key for all calls that have this word in common. */
struct syslat_overflow_key {
    syslat_u64 call;
};

struct syslat_overflow {
    syslat_u64 count;
    syslat_u64 sum_ns;
    syslat_u64 above_range;
    syslat_u64 buckets[SYSLAT_OVERFLOW_BUCKETS];
};

/* Its exact extremes, for each CPU apart: the oldest kernels have no atomic minimum. */
struct syslat_overflow_extremes {
    syslat_u64 min_ns_plus_1; /* 0: this CPU noted nothing */
    syslat_u64 max_ns_plus_1;
};

/* ---- Refused calls ---- */

/* Who may have kept a call from being made. What stands nearer to the call decides. */
enum syslat_refuser {
    SYSLAT_REFUSED_BY_UNKNOWN = 0,
    SYSLAT_REFUSED_BY_FILTER = 1,     /* a seccomp filter */
    SYSLAT_REFUSED_BY_SUPERVISOR = 2, /* a program that answers for a seccomp filter, or that filter itself */
    SYSLAT_REFUSED_BY_TRACER = 3,     /* a program that traces the process by ptrace */
};

struct syslat_refused_key {
    syslat_u64 call; /* the call word: number, ABI and error */
    syslat_u32 by;   /* enum syslat_refuser */
    syslat_u32 reserved;
};

/* ---- Before the entry ---- */

/* What stands before the entries of a process's calls: flags. */
enum syslat_before_entry {
    SYSLAT_BEHIND_FILTER = 1,     /* seccomp filters */
    SYSLAT_BEHIND_SUPERVISOR = 2, /* a program that answers for one of them */
    SYSLAT_BEHIND_TRACER = 4,     /* a program that traces the process by ptrace */
};

/* ---- The vDSO ---- */

/* A place in the code of a process from which calls bypassed the vDSO, or its calls through the vsyscall page. */
struct syslat_caller_key {
    syslat_u64 mm; /* tells programs apart that one process executed one after the other */
    syslat_u64 ip; /* after the instruction that called; 0 for the vsyscall page */
    syslat_s32 number;
    syslat_u32 tgid;
    syslat_u8 abi;      /* enum syslat_abi */
    syslat_u8 evidence; /* enum syslat_evidence */
    syslat_u8 clock;
    syslat_u8 reserved[5];
};

enum syslat_caller_state {
    SYSLAT_CALLER_UNKNOWN = 0, /* the file has not been looked up, or could not be */
    SYSLAT_CALLER_NAMED = 1,
    SYSLAT_CALLER_NO_FILE = 2, /* memory without a file: generated code */
};

struct syslat_caller {
    syslat_u64 calls;
    syslat_u32 state;              /* enum syslat_caller_state */
    syslat_u32 lacks_vdso;         /* the process had no vDSO where the kernel says that it is */
    char name[SYSLAT_CALLER_NAME]; /* of the file, without its folder; of the process, for the vsyscall page */
};

/* vDSO ticks are counted by process and function. */
struct syslat_tick_key {
    syslat_u32 tgid;
    syslat_u32 function; /* as the regions number them */
};

struct syslat_ticks {
    syslat_u64 count;
    syslat_u64 period_ns; /* the time that they stand for together */
    char comm[16];
};

_Static_assert(sizeof(struct syslat_cpu) % 64 == 0, "cache lines of a CPU share");
_Static_assert(sizeof(struct syslat_slot) == 32, "slot layout");
_Static_assert(sizeof(struct syslat_request) == 40, "request layout");
_Static_assert(sizeof(struct syslat_known_thread) == 64, "a known thread is one cache line");
_Static_assert(sizeof(struct syslat_overflow_key) == 8, "overflow key layout");
_Static_assert(sizeof(struct syslat_refused_key) == 16, "refused key layout");
_Static_assert(sizeof(struct syslat_caller_key) == 32, "caller key layout");
_Static_assert(sizeof(struct syslat_caller) == 16 + SYSLAT_CALLER_NAME, "caller layout");
_Static_assert(sizeof(struct syslat_tick_key) == 8, "tick key layout");
_Static_assert(sizeof(struct syslat_ticks) == 32, "ticks layout");

#endif
