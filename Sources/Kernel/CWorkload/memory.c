/* Mappings. */
#include "work.h"

#include <sys/mman.h>
#include <sys/prctl.h>

enum { page = 4096, pages = 16, length = page * pages };

static long map(void)
{
    return ENTER6(__NR_mmap, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void touch(void *memory)
{
    for (int number = 0; number < pages; number++)
        ((volatile unsigned char *)memory)[number * page] = 1;
}

static int run_mmap(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long memory = map();

        if (memory < 0 && memory > -4096)
            return wrong(work, __NR_mmap, memory, 0, done);
        touch((void *)memory);
        CHECK(work, done, __NR_munmap, ENTER2(__NR_munmap, memory, length), 0);
    }
    return 0;
}

static int prepare_mapping(struct work *work)
{
    long memory = map();

    if (memory < 0 && memory > -4096)
        return refused(work, __NR_mmap, memory);
    work->memory = (void *)memory;
    touch(work->memory);
    return 0;
}

static void finish_mapping(struct work *work)
{
    if (work->memory)
        ENTER2(__NR_munmap, work->memory, length);
}

static int run_mprotect(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long memory = map();

        if (memory < 0 && memory > -4096)
            return wrong(work, __NR_mmap, memory, 0, done);
        touch((void *)memory);
        CHECK(work, done, __NR_mprotect, ENTER3(__NR_mprotect, memory, length, PROT_READ), 0);
        CHECK(work, done, __NR_munmap, ENTER2(__NR_munmap, memory, length), 0);
    }
    return 0;
}

/* A large area of which a page is touched now and then. Huge pages would be zeroed as a whole. */

enum { large = 64 << 20, large_step = 256 << 10 };

static int prepare_large(struct work *work)
{
    long result = ENTER5(__NR_prctl, PR_SET_THP_DISABLE, 1, 0, 0, 0);

    return result == 0 ? 0 : refused(work, __NR_prctl, result);
}

static void finish_large(struct work *work)
{
    (void)work;
    ENTER5(__NR_prctl, PR_SET_THP_DISABLE, 0, 0, 0, 0);
}

static int run_munmap_large(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long memory = ENTER6(__NR_mmap, 0, large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (memory < 0 && memory > -4096)
            return wrong(work, __NR_mmap, memory, 0, done);
        for (long place = 0; place < large; place += large_step)
            ((volatile unsigned char *)memory)[place] = 1;
        CHECK(work, done, __NR_munmap, ENTER2(__NR_munmap, memory, large), 0);
    }
    return 0;
}

static int run_madvise(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        touch(work->memory);
        CHECK(work, done, __NR_madvise, ENTER3(__NR_madvise, work->memory, length, MADV_DONTNEED), 0);
    }
    return *(volatile unsigned char *)work->memory == 0 ? 0 : ineffective(work, __NR_madvise);
}

const struct steps mmap_steps = {.run = run_mmap};
const struct steps munmap_large_steps = {.prepare = prepare_large, .run = run_munmap_large, .finish = finish_large};
const struct steps mprotect_steps = {.run = run_mprotect};
const struct steps madvise_steps = {.prepare = prepare_mapping, .run = run_madvise, .finish = finish_mapping};
