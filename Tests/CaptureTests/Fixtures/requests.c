/*
 * requests KIND COUNT [sqpoll]: submits COUNT requests of one kind to an io_uring, one after the other, and checks how each ends.
 * "hang" submits them and waits for a signal instead; "unreaped" takes no completion from the queue, which has room for 128; "cancelled" submits writes behind
 * silent requests that fail, so the kernel cancels them without a completion. With "sqpoll" a thread of the kernel submits them. Exits with 77 where the kernel has
 * no io_uring.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ring;
static int polls;
static struct io_uring_sqe *entries;
static _Atomic unsigned *submit_tail, *submit_flags, *complete_head, *complete_tail;
static unsigned *submit_array, submit_mask, complete_mask;
static struct io_uring_cqe *completions;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void open_ring(void)
{
    struct io_uring_params parameters = {.flags = polls ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 10000};
    unsigned long submit_bytes, complete_bytes;
    unsigned char *queues;

    ring = syscall(__NR_io_uring_setup, 64, &parameters);
    if (ring < 0 && (errno == ENOSYS || errno == EPERM))
        exit(77);
    if (ring < 0)
        fail("io_uring_setup");
    submit_bytes = parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned);
    complete_bytes = parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
    /* Both queues are in one mapping. */
    queues = mmap(0, submit_bytes > complete_bytes ? submit_bytes : complete_bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    entries =
        mmap(0, parameters.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    if (queues == MAP_FAILED || (void *)entries == MAP_FAILED)
        fail("mmap");
    submit_tail = (void *)(queues + parameters.sq_off.tail);
    submit_flags = (void *)(queues + parameters.sq_off.flags);
    submit_array = (void *)(queues + parameters.sq_off.array);
    submit_mask = *(unsigned *)(queues + parameters.sq_off.ring_mask);
    complete_head = (void *)(queues + parameters.cq_off.head);
    complete_tail = (void *)(queues + parameters.cq_off.tail);
    complete_mask = *(unsigned *)(queues + parameters.cq_off.ring_mask);
    completions = (void *)(queues + parameters.cq_off.cqes);
}

static void submit(const struct io_uring_sqe *entry)
{
    unsigned tail = atomic_load(submit_tail), place = tail & submit_mask;

    entries[place] = *entry;
    submit_array[place] = place;
    atomic_store(submit_tail, tail + 1);
    if (!polls) {
        if (syscall(__NR_io_uring_enter, ring, 1, 0, 0, 0, 0) != 1)
            fail("io_uring_enter");
    } else if (atomic_load(submit_flags) & IORING_SQ_NEED_WAKEUP) {
        syscall(__NR_io_uring_enter, ring, 1, 0, IORING_ENTER_SQ_WAKEUP, 0, 0);
    }
}

/* Waits for a completion, and returns its result. */
static int complete(void)
{
    unsigned head = atomic_load(complete_head);
    int result;

    while (atomic_load(complete_tail) == head)
        syscall(__NR_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS, 0, 0);
    result = completions[head & complete_mask].res;
    atomic_store(complete_head, head + 1);
    return result;
}

static void cancel_behind_failure(int pipe, char *byte)
{
    const struct io_uring_sqe failure = {.opcode = IORING_OP_FSYNC, .fd = -1, .flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS};
    const struct io_uring_sqe behind = {.opcode = IORING_OP_WRITE, .fd = pipe, .addr = (unsigned long)byte, .len = 1};
    unsigned tail = atomic_load(submit_tail);

    entries[tail & submit_mask] = failure;
    entries[(tail + 1) & submit_mask] = behind;
    submit_array[tail & submit_mask] = tail & submit_mask;
    submit_array[(tail + 1) & submit_mask] = (tail + 1) & submit_mask;
    atomic_store(submit_tail, tail + 2);
    if (syscall(__NR_io_uring_enter, ring, 2, 0, 0, 0, 0) != 2)
        fail("io_uring_enter");
    if (complete() != -EBADF)
        fail("cancelled");
}

int main(int argc, char **argv)
{
    const char *kind = argv[1];
    int count = atoi(argv[2]), pipes[2], expected = 0;
    struct io_uring_sqe entry = {.opcode = IORING_OP_NOP};
    struct __kernel_timespec delay = {.tv_nsec = 20000000};
    char byte;

    polls = argc > 3;
    open_ring();
    if (pipe(pipes))
        fail("pipe");
    if (!strcmp(kind, "read") || !strcmp(kind, "hang")) {
        entry = (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = pipes[0], .addr = (unsigned long)&byte, .len = 1};
        expected = 1;
    } else if (!strcmp(kind, "bad")) {
        entry = (struct io_uring_sqe){.opcode = IORING_OP_FSYNC, .fd = -1};
        expected = -EBADF;
    } else if (!strcmp(kind, "unknown")) {
        entry.opcode = 250;
        expected = -EINVAL;
    } else if (!strcmp(kind, "silent")) {
        entry.flags = IOSQE_CQE_SKIP_SUCCESS;
    } else if (!strcmp(kind, "timeout")) {
        entry = (struct io_uring_sqe){.opcode = IORING_OP_TIMEOUT, .addr = (unsigned long)&delay, .len = 1};
        expected = -ETIME;
    }
    for (int i = 0; i < count; i++) {
        if (!strcmp(kind, "cancelled")) {
            cancel_behind_failure(pipes[1], &byte);
            continue;
        }
        submit(&entry);
        if (!strcmp(kind, "hang") || !strcmp(kind, "silent") || !strcmp(kind, "unreaped"))
            continue;
        if (!strcmp(kind, "read") && write(pipes[1], "x", 1) != 1)
            fail("write");
        if (complete() != expected)
            fail(kind);
    }
    if (!strcmp(kind, "hang"))
        pause();
    return 0;
}
