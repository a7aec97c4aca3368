#define _GNU_SOURCE
#include "cvdso.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef long (*clock_function)(clockid_t, struct timespec *);
typedef long (*gettimeofday_function)(struct timeval *, struct timezone *);
typedef long (*time_function)(time_t *);
typedef long (*getcpu_function)(unsigned *, unsigned *, void *);
typedef long (*getrandom_function)(void *, size_t, unsigned, void *, size_t);

/*
 * include/uapi/linux/random.h, Linux 6.11: what the vDSO's getrandom fills in if it is given a size of ~0.
 * Declared here because older headers lack it.
 */
struct getrandom_parameters {
    uint32_t state_size;
    uint32_t mmap_prot;
    uint32_t mmap_flags;
    uint32_t reserved[13];
};

/* The functions of the vDSO that return int leave the upper half of the register undefined. */
#define REPEAT_INT(call)                                                                                                           \
    do {                                                                                                                           \
        long last = 0;                                                                                                             \
        for (unsigned long done = 0; done < times; done++)                                                                         \
            last = (int)(call);                                                                                                    \
        return last;                                                                                                               \
    } while (0)

#define REPEAT(call)                                                                                                               \
    do {                                                                                                                           \
        long last = 0;                                                                                                             \
        for (unsigned long done = 0; done < times; done++)                                                                         \
            last = (call);                                                                                                         \
        return last;                                                                                                               \
    } while (0)

__attribute__((noinline)) long cvdso_call(enum cvdso_kind kind, int clock, const void *function, void *state, size_t state_size,
                                          unsigned long times)
{
    struct timespec spec;
    struct timeval val;
    unsigned cpu, node;
    unsigned char bytes[CVDSO_RANDOM_BYTES];

    switch (kind) {
    case CVDSO_CLOCK_GETTIME:
    case CVDSO_CLOCK_GETRES:
        REPEAT_INT(((clock_function)(uintptr_t)function)(clock, &spec));
    case CVDSO_GETTIMEOFDAY:
        REPEAT_INT(((gettimeofday_function)(uintptr_t)function)(&val, NULL));
    case CVDSO_TIME:
        REPEAT(((time_function)(uintptr_t)function)(NULL));
    case CVDSO_GETCPU:
        REPEAT(((getcpu_function)(uintptr_t)function)(&cpu, &node, NULL));
    case CVDSO_GETRANDOM:
        REPEAT(((getrandom_function)(uintptr_t)function)(bytes, sizeof(bytes), 0, state, state_size));
    case CVDSO_GETPPID:
        break;
    }
    return -ENOSYS;
}

void cvdso_loop(unsigned long times)
{
    for (unsigned long done = 0; done < times; done++)
        __asm__ volatile("" ::: "memory");
}

/* One system call with up to three arguments, inlined. */
static inline __attribute__((always_inline)) long enter(long number, long first, long second, long third)
{
#if defined(__x86_64__)
    long result = number;

    __asm__ volatile("syscall" : "+a"(result) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#else
#error "syslat knows how to enter the kernel on x86_64 and aarch64 only"
#endif
}

int cvdso_has_syscall(enum cvdso_kind kind)
{
#ifndef SYS_time
    if (kind == CVDSO_TIME)
        return 0;
#endif
    return kind <= CVDSO_GETPPID;
}

long cvdso_syscall(enum cvdso_kind kind, int clock, unsigned long times)
{
    struct timespec spec;
    struct timeval val;
    unsigned cpu, node;
    unsigned char bytes[CVDSO_RANDOM_BYTES];

    switch (kind) {
    case CVDSO_CLOCK_GETTIME:
        REPEAT(enter(SYS_clock_gettime, clock, (long)&spec, 0));
    case CVDSO_CLOCK_GETRES:
        REPEAT(enter(SYS_clock_getres, clock, (long)&spec, 0));
    case CVDSO_GETTIMEOFDAY:
        REPEAT(enter(SYS_gettimeofday, (long)&val, 0, 0));
    case CVDSO_TIME:
#ifdef SYS_time
        REPEAT(enter(SYS_time, 0, 0, 0));
#else
        break;
#endif
    case CVDSO_GETCPU:
        REPEAT(enter(SYS_getcpu, (long)&cpu, (long)&node, 0));
    case CVDSO_GETRANDOM:
        REPEAT(enter(SYS_getrandom, (long)bytes, sizeof(bytes), 0));
    case CVDSO_GETPPID:
        REPEAT(enter(SYS_getppid, 0, 0, 0));
    }
    return -ENOSYS;
}

long cvdso_getrandom_state(const void *function, void **state, size_t *size, size_t *mapped)
{
    struct getrandom_parameters parameters = {0};
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    long result = ((getrandom_function)(uintptr_t)function)(NULL, 0, 0, &parameters, ~(size_t)0);
    void *memory;

    if (result != 0)
        return result;
    /* A state must not cross a page boundary, so it gets a page of its own. */
    if (parameters.state_size == 0 || parameters.state_size > page)
        return -EINVAL;
    memory = mmap(NULL, page, (int)parameters.mmap_prot, (int)parameters.mmap_flags, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    *state = memory;
    *size = parameters.state_size;
    *mapped = page;
    return 0;
}

long cvdso_pin(struct cvdso_cpus *before)
{
    struct cvdso_cpus here;
    int cpu = sched_getcpu();

    if (cpu < 0 || (size_t)cpu >= sizeof(here) * 8)
        return -EINVAL;
    memset(before, 0, sizeof(*before));
    if (sched_getaffinity(0, sizeof(*before), (cpu_set_t *)before) != 0)
        return -errno;
    memset(&here, 0, sizeof(here));
    here.words[(size_t)cpu / (sizeof(long) * 8)] = 1UL << ((size_t)cpu % (sizeof(long) * 8));
    if (sched_setaffinity(0, sizeof(here), (const cpu_set_t *)&here) != 0)
        return -errno;
    return cpu;
}

long cvdso_unpin(const struct cvdso_cpus *before)
{
    return sched_setaffinity(0, sizeof(*before), (const cpu_set_t *)before) == 0 ? 0 : -errno;
}
