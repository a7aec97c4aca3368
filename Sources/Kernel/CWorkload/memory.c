/* Mappings. */
#include "work.h"

#include <sys/mman.h>

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
        CHECK(work, done, __NR_mprotect, ENTER3(__NR_mprotect, work->memory, length, PROT_READ), 0);
        CHECK(work, done, __NR_mprotect, ENTER3(__NR_mprotect, work->memory, length, PROT_READ | PROT_WRITE), 0);
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
const struct steps mprotect_steps = {.prepare = prepare_mapping, .run = run_mprotect, .finish = finish_mapping};
const struct steps madvise_steps = {.prepare = prepare_mapping, .run = run_madvise, .finish = finish_mapping};
