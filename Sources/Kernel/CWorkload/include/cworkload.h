/*
 * The loops of the fixed workload, and the process that runs them.
 *
 * Each case makes its system calls in one C loop without libc: the calls of an operation are known exactly, and nothing else is
 * measured. The worker is a child process that gets its orders through memory that it shares with its parent.
 */
#ifndef SYSLAT_CWORKLOAD_H
#define SYSLAT_CWORKLOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How a call of a case ends. */
enum cworkload_ending {
    CWORKLOAD_SUCCEEDS,
    CWORKLOAD_FAILS,           /* with an error, as it should */
    CWORKLOAD_MAY_FAIL,        /* either way, depending on how two threads meet */
    CWORKLOAD_NEVER_RETURNS,   /* the thread ends inside it */
    CWORKLOAD_MAY_STAY_OUTSIDE /* if the vDSO serves it, it doesn't enter the kernel */
};

/* One system call of an operation. */
struct cworkload_call {
    int number;
    unsigned times; /* 0 if the element is unused */
    enum cworkload_ending ending;
};

#define CWORKLOAD_CALLS 6

struct cworkload_case {
    const char *_Nonnull name;
    const char *_Nonnull summary;
    /* What it needs that a kernel may lack, as a noun; null for nothing. */
    const char *_Nullable needs;
    /* Operations in one run of the long form. The quick form makes a fraction of them. */
    unsigned operations;
    /* Whether more work can be planted in its calls. */
    int can_be_slowed;
    /* Whether its calls wait for what another CPU does, which has to be woken first. */
    int waits_for_others;
    struct cworkload_call calls[CWORKLOAD_CALLS];
};

/* The cases, in the order in which they run. */
size_t cworkload_case_count(void);
const struct cworkload_case *_Nonnull cworkload_case_at(size_t index);

/* The worker's stage. The worker writes READY, DONE and WAITING; its parent writes the others. */
enum cworkload_stage {
    CWORKLOAD_WAITING,  /* for an order, or finished with the last one: see the verdict */
    CWORKLOAD_ORDERED,  /* a case is to be prepared and warmed up */
    CWORKLOAD_READY,    /* none of its threads is in a system call, and none will enter one before GO */
    CWORKLOAD_GO,       /* the operations are under way */
    CWORKLOAD_DONE,     /* as READY, until RELEASED */
    CWORKLOAD_RELEASED, /* it may clean up */
};

enum cworkload_verdict {
    CWORKLOAD_RIGHT,
    CWORKLOAD_REFUSED,      /* the kernel lacks or forbids something: call, result */
    CWORKLOAD_WRONG_RESULT, /* call, result, wanted, operation */
    CWORKLOAD_WRONG_EFFECT, /* the call returned the right value, but had no effect: call */
};

/* The result of a case. `result` and `wanted` are as the kernel returns them: errors are negative. */
struct cworkload_report {
    enum cworkload_verdict verdict;
    int call;
    long result;
    long wanted;
    unsigned long operation;
};

#define CWORKLOAD_BATCHES 64

struct cworkload_order {
    size_t index;             /* of the case */
    unsigned long warm_up;    /* operations before READY */
    unsigned long operations; /* of each batch */
    unsigned batches;         /* at most CWORKLOAD_BATCHES */
    int is_timed;             /* batches are timed: the clock may be a system call */
    int is_slowed;            /* more work is planted in the calls */
};

struct cworkload_worker;

/*
 * Starts the worker on `cpu`. The second thread of a case, if any, runs on `partner_cpu`, which may be the same. The worker is
 * killed when the calling thread ends. Returns null and sets errno on failure.
 */
struct cworkload_worker *_Nullable cworkload_start(int cpu, int partner_cpu);

/* Kills the worker if it is alive, and frees the memory shared with it. */
void cworkload_end(struct cworkload_worker *_Nonnull worker);

pid_t cworkload_pid(const struct cworkload_worker *_Nonnull worker);

/* Whether it is still alive. */
int cworkload_is_alive(const struct cworkload_worker *_Nonnull worker);

/* Gives an order. Only in the stage WAITING, in which the worker begins. */
void cworkload_give(struct cworkload_worker *_Nonnull worker, const struct cworkload_order *_Nonnull order);

enum cworkload_stage cworkload_stage_of(const struct cworkload_worker *_Nonnull worker);

/* From READY to GO, and from DONE to RELEASED. */
void cworkload_go(struct cworkload_worker *_Nonnull worker);
void cworkload_release(struct cworkload_worker *_Nonnull worker);

/* The result of the last order so far, even after the worker's death. */
struct cworkload_report cworkload_report(const struct cworkload_worker *_Nonnull worker);

/* Nanoseconds that a batch of the last order took, in the stage DONE and after it. */
uint64_t cworkload_batch_nanoseconds(const struct cworkload_worker *_Nonnull worker, unsigned batch);

/*
 * Nanoseconds that a loop in user space took before and after the operations of the last order: how fast the CPU was just then. In the
 * stage WAITING.
 */
uint64_t cworkload_reference_nanoseconds(const struct cworkload_worker *_Nonnull worker);

/* Stores up to `room` CPUs that the calling thread may run on, in ascending order. Returns how many it stored, or -1. */
int cworkload_cpus(int *_Nonnull cpus, int room);

/* Binds the calling thread to one CPU. Returns 0 or -1. */
int cworkload_bind(int cpu);

/* Binds the calling thread to these CPUs. Returns 0 or -1. */
int cworkload_allow(const int *_Nonnull cpus, int count);

#endif
