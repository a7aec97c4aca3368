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
/* Threads beside the first that a case can have. */
#define PARTNERS 3
/* Descriptors that a case can wait for at once. */
#define MANY 1000

/* A word shared between threads, alone in its cache line. */
struct line {
    _Alignas(64) _Atomic unsigned word;
};

struct steps;
struct work;

/* One of the threads beside the first. */
struct partner {
    struct work *work;
    _Alignas(64) _Atomic unsigned long made; /* operations */
    unsigned long stored;                    /* whatever a case keeps */
    unsigned id;                             /* of the thread; the kernel clears it when the thread ends */
    _Alignas(64) unsigned char stack[STACK_BYTES];
};

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
    int many[MANY];
    unsigned long stored; /* whatever a case keeps */
    void *memory;
    struct line flags[4];
    const struct steps *steps;
    /* How many operations the other threads are to have made. */
    _Atomic unsigned long wanted;
    /* How many of them have yet to arrive in this operation. */
    _Alignas(64) _Atomic unsigned missing;
    struct partner partners[PARTNERS];
    _Alignas(64) unsigned char buffer[BUFFER_BYTES];
};

/* The steps of a case. The functions return 0, or -1 after reporting why. */
struct steps {
    int (*prepare)(struct work *);
    int (*run)(struct work *, unsigned long times);
    /* What each of the other threads does for the same operations, and how many there are. */
    int (*partner)(struct partner *, unsigned long times);
    int partners;
    void (*finish)(struct work *);
    long bytes;
};

/* A loop in user space; see reference.c. The result depends on all of it. */
uint64_t run_reference(unsigned long times);

/* Reports a preparation that failed or that the kernel refused. */
int refused(struct work *work, int call, long result);

/* Reports that the kernel lacks what a case needs, whatever the result. */
int lacking(struct work *work, int call, long result);

/* Reports a wrong result. Ends the worker if the case has several threads, because the others would wait for this one. */
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
    getdents_steps, getdents_end_steps, rename_steps, unlink_steps, fsync_tmpfs_steps, fdatasync_tmpfs_steps,
    pread_sparse_tmpfs_steps, fsync_ext4_steps, fdatasync_ext4_steps, pread_sparse_ext4_steps, mmap_steps, munmap_large_steps,
    mprotect_steps, madvise_steps, pipe_steps, pipe_pong_steps, futex_wake_steps, futex_pong_steps, futex_herd_steps, eventfd_steps,
    epoll_ready_steps, epoll_empty_steps, epoll_many_steps, poll_steps, poll_many_steps, unix_steps, unix_message_steps,
    unix_connect_steps, tcp_steps, tcp_connect_steps, signal_steps, signal_thread_steps, thread_steps, fork_steps, namespaces_steps,
    exec_steps, nanosleep_steps, yield_steps, timerfd_steps, getrandom_steps, clock_vdso_steps, clock_call_steps, uring_steps,
    uring_read_steps, uring_fsync_steps;

/* Makes the file that transfers use, in the working folder: as many bytes as any transfer reads. Returns 0, or -1 after reporting why. */
int prepare_file(struct work *work);
void finish_files(struct work *work);

/* Opens a file of a case by its path. Returns 0, or -1 after reporting why. */
int open_new_file(struct work *work, const char *path);

/* Makes the ring of io_uring. If that fails, its cases report why. */
void open_ring(void);

/* The steps of the case with this index. */
const struct steps *steps_at(size_t index);

#endif
