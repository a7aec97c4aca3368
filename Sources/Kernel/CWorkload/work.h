/* Shared by the cases: the state of the running one, and how it reports that something is wrong. */
#ifndef SYSLAT_WORKLOAD_WORK_H
#define SYSLAT_WORKLOAD_WORK_H

#include <asm/unistd.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cworkload.h"
#include "enter.h"

/* Size of the buffer, with room for the largest transfer and the bytes planted in it. */
#define BUFFER_BYTES (128 * 1024)
/* Bytes planted in a transfer. */
#define PLANTED_BYTES (48 * 1024)
/* Nanoseconds planted in a sleep. */
#define PLANTED_NANOSECONDS 200000
#define STACK_BYTES (64 * 1024)

/* A word shared between threads, alone in its cache line. */
struct line {
    _Alignas(64) _Atomic unsigned word;
};

struct steps;

/* A running case. Only the worker's threads share it. */
struct work {
    struct cworkload_report *report; /* in memory that outlives the worker */
    int partner_cpu;
    long tmpfs;         /* 0 if a tmpfs of its own is the working folder, otherwise the negated errno */
    bool is_warming_up; /* a refusal now makes the case absent, not failed */
    bool is_slowed;
    long bytes; /* of each transfer */
    int file, other;
    int ends[2], back[2];
    unsigned long stored, partner_stored; /* whatever a case keeps, for each thread */
    void *memory;
    struct line flags[4];
    const struct steps *steps;
    /* The second thread: operations ordered, and operations made. */
    _Atomic unsigned long wanted, made;
    unsigned partner_id;
    _Alignas(64) unsigned char buffer[BUFFER_BYTES];
    _Alignas(64) unsigned char stack[STACK_BYTES];
};

/* The steps of a case. The functions return 0, or -1 after reporting why. */
struct steps {
    int (*prepare)(struct work *);
    int (*run)(struct work *, unsigned long times);
    /* What the second thread does for the same operations. */
    int (*partner)(struct work *, unsigned long times);
    void (*finish)(struct work *);
    long bytes;
};

/* Reports a preparation that failed or that the kernel refused. */
int refused(struct work *work, int call, long result);

/* Reports a wrong result. Ends the worker if the case has two threads, because the other would wait for this one. */
int wrong(struct work *work, int call, long result, long wanted, unsigned long operation);

/* Reports a call that returned the right value, but had no effect. */
int ineffective(struct work *work, int call);

/* Makes a call `times` times and checks each result. */
#define REPEAT(work, times, call, entering, right)                                                                                 \
    do {                                                                                                                           \
        for (unsigned long done = 0; done < (times); done++) {                                                                     \
            long got = (entering);                                                                                                 \
                                                                                                                                   \
            if (__builtin_expect(got != (long)(right), 0))                                                                         \
                return wrong(work, call, got, (long)(right), done);                                                                \
        }                                                                                                                          \
    } while (0)

/* Makes one of several calls of an operation and checks its result. */
#define CHECK(work, done, call, entering, right)                                                                                   \
    do {                                                                                                                           \
        long result_ = (entering);                                                                                                 \
                                                                                                                                   \
        if (__builtin_expect(result_ != (long)(right), 0))                                                                         \
            return wrong(work, call, result_, (long)(right), done);                                                                \
    } while (0)

INLINE void close_file(int *file)
{
    if (*file >= 0)
        ENTER1(__NR_close, *file);
    *file = -1;
}

extern const struct steps null_steps, read_zero_1, read_zero_4k, read_zero_64k, write_null_1, write_null_4k, write_null_64k,
    pread_1, pread_4k, pread_64k, pwrite_1, pwrite_4k, pwrite_64k, open_steps, missing_steps, stat_steps, fstat_steps,
    getdents_steps, rename_steps, unlink_steps, mmap_steps, mprotect_steps, madvise_steps, pipe_steps, pipe_pong_steps,
    futex_wake_steps, futex_pong_steps, eventfd_steps, epoll_ready_steps, epoll_empty_steps, poll_steps, unix_steps, tcp_steps,
    signal_steps, thread_steps, fork_steps, exec_steps, nanosleep_steps, yield_steps, timerfd_steps, getrandom_steps,
    clock_vdso_steps, clock_call_steps, uring_steps;

/* Makes the ring of io_uring. If that fails, its case reports why. */
void open_ring(void);

/* The steps of the case with this index. */
const struct steps *steps_at(size_t index);

#endif
