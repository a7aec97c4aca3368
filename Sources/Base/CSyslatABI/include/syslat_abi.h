/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side and user space agree on: records, configuration, counters, limits.
 *
 * Every field has a fixed width, nothing is padded implicitly, enumerations are only ever appended to. A change that an older
 * reader would misread raises SYSLAT_ABI_VERSION.
 */
#ifndef SYSLAT_ABI_H
#define SYSLAT_ABI_H

#ifdef __bpf__
typedef __u8 syslat_u8;
typedef __u16 syslat_u16;
typedef __u32 syslat_u32;
typedef __u64 syslat_u64;
typedef __s32 syslat_s32;
#else
#include <stdint.h>
typedef uint8_t syslat_u8;
typedef uint16_t syslat_u16;
typedef uint32_t syslat_u32;
typedef uint64_t syslat_u64;
typedef int32_t syslat_s32;
#endif

#define SYSLAT_ABI_VERSION 6

/* Memory of CPUs, by the low bits of their number: where there are more CPUs, several share one. A power of two. */
#define SYSLAT_CPU_SHARES 512

/* Events gathered on one CPU before they go to the ring together; a power of two. */
#define SYSLAT_BATCH_EVENTS 256

/* Numbers 0 ... 1023 of each ABI have a bit in the selection; others are listed one by one. */
#define SYSLAT_ABI_COUNT 4
#define SYSLAT_SELECTABLE_NUMBERS 1024
#define SYSLAT_OTHER_NUMBERS 16

/* In-flight slots are indexed by the low bits of the thread id. */
#define SYSLAT_MAX_SLOTS 65536
/* Threads that are told by the address of their registers have a slot of their own. */
#define SYSLAT_KNOWN_THREADS 32768
/* Calls whose slot is taken by another thread wait here. */
#define SYSLAT_SPILL_ENTRIES 16384

/* Process ids are below this (PID_MAX_LIMIT of 64-bit kernels, include/linux/threads.h). */
#define SYSLAT_PID_LIMIT (4 << 20)

/* The kernel's overflow histograms: log-linear like the consumer's, with 3 sub-bucket bits (12.5 %). */
#define SYSLAT_OVERFLOW_SUB_BITS 3
#define SYSLAT_VALUE_BITS 42
#define SYSLAT_OVERFLOW_BUCKETS ((SYSLAT_VALUE_BITS - SYSLAT_OVERFLOW_SUB_BITS + 1) << SYSLAT_OVERFLOW_SUB_BITS)
#define SYSLAT_OVERFLOW_SERIES 1024

/* Places in the code from which calls bypassed the vDSO, and processes with calls through the vsyscall page. */
#define SYSLAT_CALLERS 4096
#define SYSLAT_CALLER_NAME 64
/* Processes and functions for which samples inside the vDSO are counted. */
#define SYSLAT_SAMPLED_FUNCTIONS 8192
/* Stretches of the vDSO's code that are told apart. */
#define SYSLAT_VDSO_REGIONS 32

/* Clocks in a record: ids from this on are one, and negative ids are one of two. */
#define SYSLAT_CLOCK_BEYOND 253
#define SYSLAT_CLOCK_CPU 254     /* the CPU time of another process or thread */
#define SYSLAT_CLOCK_DYNAMIC 255 /* a clock device that is open as a file */

/* Sampling: 1 of 2^shift calls is measured; the others carry this instead of a shift, and are counted only. */
#define SYSLAT_MAX_SAMPLING_SHIFT 12
#define SYSLAT_UNMEASURED 15

/* The largest magnitude that the kernel returns as an error (MAX_ERRNO, include/linux/err.h). */
#define SYSLAT_MAX_ERRNO 4095

enum syslat_outcome {
    SYSLAT_RAN = 0,
    SYSLAT_BLOCKED = 1,
    SYSLAT_PREEMPTED = 2,
};

enum syslat_abi {
    SYSLAT_X86_64 = 0,
    SYSLAT_IA32 = 1,
    SYSLAT_X32 = 2,
    SYSLAT_AARCH64 = 3,
    SYSLAT_VSYSCALL = 4, /* the legacy page: in the callers' map only */
};

/* What the entry of a call that the vDSO could have served says about the way it took. */
enum syslat_evidence {
    SYSLAT_NO_EVIDENCE = 0,   /* a call that no vDSO serves */
    SYSLAT_NO_VDSO = 1,       /* the process has none */
    SYSLAT_OUTSIDE = 2,       /* entered from code outside the vDSO */
    SYSLAT_INSIDE = 3,        /* entered by the vDSO itself, which had no answer */
    SYSLAT_INSIDE_RESEED = 4, /* the same, with the arguments by which its getrandom fetches a key */
    SYSLAT_COMPAT = 5,        /* a 32-bit call: all of them enter through the vDSO */
};

/*
 * A call in one word, from its entry on; its error and its outcome are added at its exit. From the lowest bit:
 *
 *     32 number    as entered; x32 numbers without __X32_SYSCALL_BIT
 *      2 abi       enum syslat_abi
 *      3 evidence  enum syslat_evidence
 *      4 sampling  the call stands for 2^sampling calls, itself among them; or SYSLAT_UNMEASURED
 *      8 clock     of clock_gettime and clock_getres with evidence: the id, or SYSLAT_CLOCK_...
 *     12 error     0, or the errno: 1 ... 4095
 *      2 outcome   enum syslat_outcome
 *      1 zero
 */
#define SYSLAT_CALL_ABI_SHIFT 32
#define SYSLAT_CALL_EVIDENCE_SHIFT 34
#define SYSLAT_CALL_SAMPLING_SHIFT 37
#define SYSLAT_CALL_CLOCK_SHIFT 41
#define SYSLAT_CALL_ERROR_SHIFT 49
#define SYSLAT_CALL_OUTCOME_SHIFT 61

/* clang-format off */
static inline syslat_s32 syslat_call_number(syslat_u64 call) { return (syslat_s32)call; }
static inline syslat_u8 syslat_call_abi(syslat_u64 call) { return call >> SYSLAT_CALL_ABI_SHIFT & 3; }
static inline syslat_u8 syslat_call_evidence(syslat_u64 call) { return call >> SYSLAT_CALL_EVIDENCE_SHIFT & 7; }
static inline syslat_u8 syslat_call_sampling(syslat_u64 call) { return call >> SYSLAT_CALL_SAMPLING_SHIFT & 15; }
static inline syslat_u8 syslat_call_clock(syslat_u64 call) { return call >> SYSLAT_CALL_CLOCK_SHIFT & 255; }
static inline syslat_u16 syslat_call_error(syslat_u64 call) { return call >> SYSLAT_CALL_ERROR_SHIFT & SYSLAT_MAX_ERRNO; }
static inline syslat_u8 syslat_call_outcome(syslat_u64 call) { return call >> SYSLAT_CALL_OUTCOME_SHIFT & 3; }
/* clang-format on */

/* One completed call that took less than 2^42 ns (73 minutes): what the CPUs write most is kept small. */
#define SYSLAT_TGID_BITS 22
#define SYSLAT_TGID_MASK ((1ULL << SYSLAT_TGID_BITS) - 1)
struct syslat_event {
    syslat_u64 time; /* duration in ns, times 2^SYSLAT_TGID_BITS, plus the process id */
    syslat_u64 call;
};

enum syslat_record_kind {
    SYSLAT_RECORD_BATCH = 1,        /* header, then `count` events */
    SYSLAT_RECORD_PROCESS_EXIT = 2, /* struct syslat_process_exit */
    SYSLAT_RECORD_CALL = 3,         /* struct syslat_single_call */
};

/* Every record in the ring begins with this. */
struct syslat_record_header {
    syslat_u16 version; /* SYSLAT_ABI_VERSION */
    syslat_u16 kind;    /* enum syslat_record_kind */
    syslat_u32 count;
};

struct syslat_batch {
    struct syslat_record_header header;
    struct syslat_event events[SYSLAT_BATCH_EVENTS];
};

/* One completed call apart from the batches: it took longer than an event can say, or found the batch in use. */
struct syslat_single_call {
    struct syslat_record_header header; /* count is 1 */
    syslat_u64 duration_ns;
    syslat_u64 call;
    syslat_u32 tgid;
    syslat_u32 reserved;
};

/* A process ended; its name is not to be had from /proc any more. */
struct syslat_process_exit {
    struct syslat_record_header header; /* count is 1 */
    syslat_u32 tgid;
    syslat_u32 reserved;
    syslat_u64 cpu_ns; /* CPU time of the process in all its life */
    char comm[16];
};

/* Calls of one number that completed and were not measured. */
#define SYSLAT_COMPLETIONS 8
struct syslat_unmeasured {
    syslat_u64 calls[SYSLAT_COMPLETIONS]; /* by enum syslat_outcome, twice, plus one for an error */
};

/* What became of the calls, counted on each CPU. All are events, not nanoseconds. */
struct syslat_counters {
    syslat_u64 entered;           /* calls that no slot counts */
    syslat_u64 never_returned;    /* the thread ended inside the call */
    syslat_u64 began_before;      /* returned without an entry, first sight of a thread older than the capture */
    syslat_u64 new_task_returns;  /* first return of a task born during the capture */
    syslat_u64 refused;           /* returned without an entry, from a thread seen before: seccomp or a tracer */
    syslat_u64 no_slot;           /* lost: slot taken and spill table full */
    syslat_u64 missed_exit;       /* lost: the thread entered again before its return was seen */
    syslat_u64 overflowed;        /* counted in the overflow histograms because the ring was full */
    syslat_u64 overflow_full;     /* lost: those were full as well */
    syslat_u64 spilled;           /* remembered in the spill table */
    syslat_u64 batches;           /* batches given to the ring */
    syslat_u64 unbatched;         /* calls that went alone */
    syslat_u64 clock_backwards;   /* the clock ran backwards inside a call: counted with 0 ns */
    syslat_u64 exits_unsent;      /* process exit records for which the ring had no room */
    syslat_u64 callers_unnoted;   /* calls past the vDSO whose place in the code had no room in the callers' map */
    syslat_u64 vsyscalls_unnoted; /* calls through the vsyscall page that had none */
    syslat_u64 ticks_unnoted;     /* samples inside the vDSO that had no room */
};

/* One CPU's share (or that of several, see SYSLAT_CPU_SHARES): its counters and the batch it is filling. */
struct syslat_cpu {
    struct syslat_counters counters;
    syslat_u32 users; /* programs inside the batch on this CPU: the first is the owner, others must not touch it */
    syslat_u32 reserved;
    struct syslat_batch batch;
    syslat_u64 unused[5]; /* no two CPUs share a cache line */
};

/* A call that has not returned yet. */
#define SYSLAT_IN_CALL 0x80000000U
struct syslat_slot {
    syslat_u64 start_ns;  /* of a call that is not measured: by the coarse clock */
    syslat_u64 call;      /* without error and outcome */
    syslat_u32 thread;    /* the id last seen here, or 0; with SYSLAT_IN_CALL while it is in a call */
    syslat_u32 entered;   /* calls that were remembered here: a part of the counter of that name, of which it keeps the low bits */
    syslat_u32 voluntary; /* low bits of task->nvcsw at entry */
    syslat_u32 involuntary; /* low bits of task->nivcsw at entry */
};

/* Calls of a thread of which one is measured (BPF/sampling.bpf.h). */
struct syslat_block {
    syslat_u32 next;  /* which call that is, of all that the thread has made */
    syslat_u16 rest;  /* calls that come after it in the block */
    syslat_u16 shift; /* of the block's length, 2^shift */
};

/* A thread that is known, with a slot for its plain calls (BPF/threads.bpf.h). */
struct syslat_known_thread {
    syslat_u64 registers; /* their address; 0 of a free entry, 1 of one that is being taken */
    syslat_u64 task;      /* struct task_struct * */
    struct syslat_slot slot;
    syslat_u32 tgid;  /* 0 while the process is not watched */
    syslat_u32 epoch; /* in which that, and the block, have been looked up */
    struct syslat_block block;
};

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
    SYSLAT_CALLER_UNKNOWN = 0, /* nobody has looked, or nobody could */
    SYSLAT_CALLER_NAMED = 1,
    SYSLAT_CALLER_NO_FILE = 2, /* memory that belongs to no file: generated code */
};

struct syslat_caller {
    syslat_u64 calls;
    syslat_u32 state; /* enum syslat_caller_state */
    syslat_u32 reserved;
    char name[SYSLAT_CALLER_NAME]; /* of the file, without its folder; of the process, for the vsyscall page */
};

/* Samples of user instruction pointers inside the vDSO. */
struct syslat_sample_key {
    syslat_u32 tgid;
    syslat_u32 function; /* as the regions number them */
};

struct syslat_samples {
    syslat_u64 count;
    syslat_u64 period_ns; /* the time that they stand for together */
    char comm[16];
};

/* A stretch of the vDSO's code, up to the next one. */
struct syslat_vdso_region {
    syslat_u32 start; /* bytes from the image's beginning */
    syslat_u32 function;
};

enum syslat_phase {
    SYSLAT_IDLE = 0,
    SYSLAT_CALIBRATING = 1, /* only one thread of the profiler's own is watched; its process is in the watch list meanwhile */
    SYSLAT_RECORDING = 2,
    SYSLAT_STOPPED = 3,
    SYSLAT_RECORDING_CGROUP = 4, /* the processes of a cgroup, instead of those that the watch list tells */
};

/* The phase in the low bits; the others count how often it, the watch list or the sampling has been changed. */
#define SYSLAT_EPOCH_PHASE_BITS 3

/* Shared memory by which user space steers the programs. */
struct syslat_control {
    syslat_u32 epoch;            /* what is known of threads holds for one epoch */
    syslat_u32 spilled;          /* calls in the spill table now; written by the programs only */
    syslat_u64 session_start_ns; /* CLOCK_MONOTONIC, when recording began */
    syslat_u64 coarse_now_ns;    /* CLOCK_MONOTONIC, as user space last looked: when calls that are not measured began */
    syslat_u32 sampling_shift;   /* 1 of 2^shift calls is measured */
    syslat_u32 vdso_ticks;       /* samples inside the vDSO until now; written by the programs only */
    syslat_u64 sample_period_ns; /* the time that a sample inside the vDSO stands for */
    syslat_u8 met[SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS]; /* written by the programs: which calls there have been, or 0 */
};

enum syslat_scope {
    SYSLAT_SCOPE_PROCESSES = 0, /* the watch list */
    SYSLAT_SCOPE_ALL = 1,       /* everything but the profiler */
    SYSLAT_SCOPE_CGROUP = 2,    /* one cgroup and those below it */
};

/* Fixed before the programs are loaded, so that the verifier removes what is not in use. */
struct syslat_config {
    syslat_u32 self_tgid;
    syslat_u32 scope;           /* enum syslat_scope */
    syslat_u32 follow;          /* children of watched processes are watched too */
    syslat_u32 slot_mask;       /* number of slots - 1 */
    syslat_u32 direct_slots;    /* no two thread ids share a slot */
    syslat_u32 cpu_mask;        /* number of shares of CPUs - 1 */
    syslat_u32 knows_threads;   /* threads are told by the place of their registers */
    syslat_u32 concurrent;      /* several programs may be at one share: CPUs have it together, or programs preempt each other */
    syslat_u32 wake_bytes;      /* wake the consumer when so much waits in the ring */
    syslat_u32 sampling;        /* not every call is measured */
    syslat_u32 has_selection;   /* only the numbers below are traced */
    syslat_u32 others_selected; /* ... and every number that has no bit, but those listed */
    syslat_u32 other_count;
    syslat_u32 calibrating_tid;                  /* the profiler's thread whose calls tell what a probe costs */
    syslat_u32 other_abis[SYSLAT_OTHER_NUMBERS]; /* numbers without a bit that are not as others_selected says */
    syslat_s32 other_numbers[SYSLAT_OTHER_NUMBERS];
    syslat_u32 vdso_bytes;   /* size of the image that every native process has; 0 if there is none */
    syslat_u32 vdso_regions; /* how many of those below are in use, in rising order */
    struct syslat_vdso_region regions[SYSLAT_VDSO_REGIONS];
    syslat_u64 selected[SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS / 64]; /* one bit a number, ABI after ABI */
};

/* One series of the overflow histograms. */
struct syslat_overflow_key {
    syslat_u64 call;
};

struct syslat_overflow {
    syslat_u64 count;
    syslat_u64 sum_ns;
    syslat_u64 above_range;
    syslat_u64 buckets[SYSLAT_OVERFLOW_BUCKETS];
};

/* The exact extremes of that series, kept for each CPU apart: the oldest kernels have no atomic minimum. */
struct syslat_overflow_extremes {
    syslat_u64 min_ns_plus_1; /* 0: nothing recorded on this CPU */
    syslat_u64 max_ns_plus_1;
};

_Static_assert(sizeof(struct syslat_event) == 16, "event layout");
_Static_assert(sizeof(struct syslat_record_header) == 8, "record header layout");
_Static_assert(sizeof(struct syslat_batch) == 8 + 16 * SYSLAT_BATCH_EVENTS, "batch layout");
_Static_assert(sizeof(struct syslat_cpu) % 64 == 0, "cache lines of a CPU");
_Static_assert(sizeof(struct syslat_process_exit) == 40, "process exit layout");
_Static_assert(sizeof(struct syslat_slot) == 32, "slot layout");
_Static_assert(sizeof(struct syslat_known_thread) == 64, "a known thread is one cache line");
_Static_assert(sizeof(struct syslat_single_call) == 32, "single call layout");
_Static_assert(SYSLAT_TGID_BITS + SYSLAT_VALUE_BITS == 64 && SYSLAT_PID_LIMIT == 1 << SYSLAT_TGID_BITS, "event layout");
_Static_assert(sizeof(struct syslat_caller_key) == 32, "caller key layout");
_Static_assert(sizeof(struct syslat_caller) == 16 + SYSLAT_CALLER_NAME, "caller layout");
_Static_assert(sizeof(struct syslat_sample_key) == 8, "sample key layout");
_Static_assert(sizeof(struct syslat_samples) == 32, "samples layout");
_Static_assert(sizeof(struct syslat_overflow_key) == 8, "overflow key layout");
_Static_assert((SYSLAT_BATCH_EVENTS & (SYSLAT_BATCH_EVENTS - 1)) == 0, "batches are a power of two");

#endif
