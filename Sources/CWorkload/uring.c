/* An io_uring that is asked to do nothing. */
#include "work.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

/* One ring for each worker. The kernel lays both out in one mapping (IORING_FEAT_SINGLE_MMAP, Linux 5.4). */
static struct {
    unsigned char *rings;
    struct io_uring_sqe *entries;
    unsigned long ring_bytes, entry_bytes;
    _Atomic unsigned *submit_tail, *complete_head, *complete_tail;
    unsigned *submit_array;
    unsigned submit_mask, complete_mask;
    struct io_uring_cqe *completions;
} ring;

static void *map_ring(int file, unsigned long bytes, unsigned long offset)
{
    long memory = ENTER6(__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, offset);

    return memory < 0 && memory > -4096 ? NULL : (void *)memory;
}

static int prepare_uring(struct work *work)
{
    struct io_uring_params parameters = {0};
    unsigned long submit_bytes, complete_bytes;
    long result = ENTER2(__NR_io_uring_setup, 8, &parameters);

    ring.rings = NULL;
    ring.entries = NULL;
    if (result < 0)
        return refused(work, __NR_io_uring_setup, result);
    work->file = (int)result;
    if (!(parameters.features & IORING_FEAT_SINGLE_MMAP))
        return refused(work, __NR_io_uring_setup, -ENOSYS);
    submit_bytes = parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned);
    complete_bytes = parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
    ring.ring_bytes = submit_bytes > complete_bytes ? submit_bytes : complete_bytes;
    ring.entry_bytes = parameters.sq_entries * sizeof(struct io_uring_sqe);
    ring.rings = map_ring(work->file, ring.ring_bytes, IORING_OFF_SQ_RING);
    ring.entries = map_ring(work->file, ring.entry_bytes, IORING_OFF_SQES);
    if (!ring.rings || !ring.entries)
        return refused(work, __NR_mmap, -ENOMEM);
    ring.submit_tail = (_Atomic unsigned *)(void *)(ring.rings + parameters.sq_off.tail);
    ring.submit_array = (unsigned *)(void *)(ring.rings + parameters.sq_off.array);
    ring.submit_mask = *(unsigned *)(void *)(ring.rings + parameters.sq_off.ring_mask);
    ring.complete_head = (_Atomic unsigned *)(void *)(ring.rings + parameters.cq_off.head);
    ring.complete_tail = (_Atomic unsigned *)(void *)(ring.rings + parameters.cq_off.tail);
    ring.complete_mask = *(unsigned *)(void *)(ring.rings + parameters.cq_off.ring_mask);
    ring.completions = (struct io_uring_cqe *)(void *)(ring.rings + parameters.cq_off.cqes);
    return 0;
}

static int run_uring(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        unsigned tail = atomic_load_explicit(ring.submit_tail, memory_order_relaxed), place = tail & ring.submit_mask;
        unsigned head = atomic_load_explicit(ring.complete_head, memory_order_relaxed);
        const struct io_uring_cqe *completion = &ring.completions[head & ring.complete_mask];

        ring.entries[place] = (struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = done};
        ring.submit_array[place] = place;
        atomic_store_explicit(ring.submit_tail, tail + 1, memory_order_release);
        CHECK(work, done, __NR_io_uring_enter,
              ENTER6(__NR_io_uring_enter, work->file, 1, 1, IORING_ENTER_GETEVENTS, 0, 0), 1);
        if (atomic_load_explicit(ring.complete_tail, memory_order_acquire) != head + 1 || completion->res != 0 ||
            completion->user_data != done)
            return ineffective(work, __NR_io_uring_enter);
        atomic_store_explicit(ring.complete_head, head + 1, memory_order_release);
    }
    return 0;
}

static void finish_uring(struct work *work)
{
    if (ring.entries)
        ENTER2(__NR_munmap, ring.entries, ring.entry_bytes);
    if (ring.rings)
        ENTER2(__NR_munmap, ring.rings, ring.ring_bytes);
    close_file(&work->file);
}

const struct steps uring_steps = {.prepare = prepare_uring, .run = run_uring, .finish = finish_uring};
