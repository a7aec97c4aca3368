/* An io_uring with one request at a time. */
#include "work.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

/*
 * The worker keeps its ring as long as it lives: kernel threads take a closed ring apart later, and interrupt whatever its owner
 * does then (io_ring_exit_work: TWA_SIGNAL). The kernel lays out both queues in one mapping (IORING_FEAT_SINGLE_MMAP, Linux 5.4).
 */
static struct {
    int file;
    /* Why there is no ring: a call and its result. */
    int refused;
    long result;
    struct io_uring_sqe *entries;
    _Atomic unsigned *submit_tail, *complete_head, *complete_tail;
    unsigned *submit_array;
    unsigned submit_mask, complete_mask;
    struct io_uring_cqe *completions;
} ring;

static void give_up(int call, long result)
{
    ring.refused = call;
    ring.result = result;
}

static void *map_ring(unsigned long bytes, unsigned long offset)
{
    long memory = ENTER6(__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.file, offset);

    if (memory < 0 && memory > -4096) {
        give_up(__NR_mmap, memory);
        return NULL;
    }
    return (void *)memory;
}

void open_ring(void)
{
    struct io_uring_params parameters = {0};
    unsigned long submit_bytes, complete_bytes;
    long result = ENTER2(__NR_io_uring_setup, 8, &parameters);
    unsigned char *queues;

    if (result < 0) {
        give_up(__NR_io_uring_setup, result);
        return;
    }
    ring.file = (int)result;
    if (!(parameters.features & IORING_FEAT_SINGLE_MMAP)) {
        give_up(__NR_io_uring_setup, -ENOSYS);
        return;
    }
    submit_bytes = parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned);
    complete_bytes = parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
    queues = map_ring(submit_bytes > complete_bytes ? submit_bytes : complete_bytes, IORING_OFF_SQ_RING);
    ring.entries = map_ring(parameters.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    if (!queues || !ring.entries)
        return;
    ring.submit_tail = (_Atomic unsigned *)(void *)(queues + parameters.sq_off.tail);
    ring.submit_array = (unsigned *)(void *)(queues + parameters.sq_off.array);
    ring.submit_mask = *(unsigned *)(void *)(queues + parameters.sq_off.ring_mask);
    ring.complete_head = (_Atomic unsigned *)(void *)(queues + parameters.cq_off.head);
    ring.complete_tail = (_Atomic unsigned *)(void *)(queues + parameters.cq_off.tail);
    ring.complete_mask = *(unsigned *)(void *)(queues + parameters.cq_off.ring_mask);
    ring.completions = (struct io_uring_cqe *)(void *)(queues + parameters.cq_off.cqes);
}

static int prepare_uring(struct work *work)
{
    return ring.refused ? refused(work, ring.refused, ring.result) : 0;
}

/* Submits a request and waits for its completion, in one call. */
INLINE int complete(struct work *work, struct io_uring_sqe request, int wanted, unsigned long done)
{
    unsigned tail = atomic_load_explicit(ring.submit_tail, memory_order_relaxed), place = tail & ring.submit_mask;
    unsigned head = atomic_load_explicit(ring.complete_head, memory_order_relaxed);
    const struct io_uring_cqe *completion = &ring.completions[head & ring.complete_mask];

    request.user_data = done;
    ring.entries[place] = request;
    ring.submit_array[place] = place;
    atomic_store_explicit(ring.submit_tail, tail + 1, memory_order_release);
    CHECK(work, done, __NR_io_uring_enter, ENTER6(__NR_io_uring_enter, ring.file, 1, 1, IORING_ENTER_GETEVENTS, 0, 0), 1);
    if (atomic_load_explicit(ring.complete_tail, memory_order_acquire) != head + 1 || completion->res != wanted ||
        completion->user_data != done)
        return ineffective(work, __NR_io_uring_enter);
    atomic_store_explicit(ring.complete_head, head + 1, memory_order_release);
    return 0;
}

static int run_uring(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++)
        if (complete(work, (struct io_uring_sqe){.opcode = IORING_OP_NOP}, 0, done) != 0)
            return -1;
    return 0;
}

const struct steps uring_steps = {.prepare = prepare_uring, .run = run_uring};

/* Requests about a file in memory. */

enum { read_bytes = 4096 };

static int prepare_uring_file(struct work *work)
{
    return prepare_uring(work) == 0 ? prepare_file(work) : -1;
}

static int run_uring_read(struct work *work, unsigned long times)
{
    const struct io_uring_sqe request = {
        .opcode = IORING_OP_READ, .fd = work->file, .addr = (unsigned long)work->buffer, .len = read_bytes};

    for (unsigned long done = 0; done < times; done++)
        if (complete(work, request, read_bytes, done) != 0)
            return -1;
    return times == 0 || work->buffer[read_bytes - 1] == 'a' ? 0 : ineffective(work, __NR_io_uring_enter);
}

static int run_uring_fsync(struct work *work, unsigned long times)
{
    const struct io_uring_sqe request = {.opcode = IORING_OP_FSYNC, .fd = work->file};

    for (unsigned long done = 0; done < times; done++)
        if (complete(work, request, 0, done) != 0)
            return -1;
    return 0;
}

const struct steps uring_read_steps = {.prepare = prepare_uring_file, .run = run_uring_read, .finish = finish_files};
const struct steps uring_fsync_steps = {.prepare = prepare_uring_file, .run = run_uring_fsync, .finish = finish_files};
