/* Calls that do little, sleeps and clocks. */
#define _GNU_SOURCE
#include "work.h"

#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

static int run_null(struct work *work, unsigned long times)
{
    long parent = (long)work->stored;

    REPEAT(work, times, __NR_getppid, ENTER0(__NR_getppid), parent);
    return 0;
}

static int prepare_null(struct work *work)
{
    work->stored = (unsigned long)ENTER0(__NR_getppid);
    return 0;
}

const struct steps null_steps = {.prepare = prepare_null, .run = run_null};

static int run_nanosleep(struct work *work, unsigned long times)
{
    const struct timespec shortest = {.tv_nsec = work->is_slowed ? PLANTED_NANOSECONDS : 1};

    REPEAT(work, times, __NR_nanosleep, ENTER2(__NR_nanosleep, &shortest, 0), 0);
    return 0;
}

static int run_yield(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_sched_yield, ENTER0(__NR_sched_yield), 0);
    return 0;
}

const struct steps nanosleep_steps = {.run = run_nanosleep};
const struct steps yield_steps = {.run = run_yield};

static int prepare_timerfd(struct work *work)
{
    long result = ENTER2(__NR_timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC);

    if (result < 0)
        return refused(work, __NR_timerfd_create, result);
    work->file = (int)result;
    return 0;
}

static int run_timerfd(struct work *work, unsigned long times)
{
    const struct itimerspec shortest = {.it_value.tv_nsec = 1};
    uint64_t expired = 0;

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_timerfd_settime, ENTER4(__NR_timerfd_settime, work->file, 0, &shortest, 0), 0);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->file, &expired, 8), 8);
    }
    return expired == 1 ? 0 : ineffective(work, __NR_read);
}

static void finish_timerfd(struct work *work)
{
    close_file(&work->file);
}

const struct steps timerfd_steps = {.prepare = prepare_timerfd, .run = run_timerfd, .finish = finish_timerfd};

enum { random_bytes = 16 };

static int run_getrandom(struct work *work, unsigned long times)
{
    unsigned char none[random_bytes] = {0};

    memset(work->buffer, 0, random_bytes);
    REPEAT(work, times, __NR_getrandom, ENTER3(__NR_getrandom, work->buffer, random_bytes, 0), random_bytes);
    return memcmp(work->buffer, none, random_bytes) != 0 ? 0 : ineffective(work, __NR_getrandom);
}

const struct steps getrandom_steps = {.run = run_getrandom};

/* The clock must not run backwards. */
INLINE int is_later(const struct timespec *now, struct timespec *before)
{
    int later = now->tv_sec > before->tv_sec || (now->tv_sec == before->tv_sec && now->tv_nsec >= before->tv_nsec);

    *before = *now;
    return later;
}

/* libc asks the vDSO, or the kernel if the vDSO can't answer. */
static int run_clock_vdso(struct work *work, unsigned long times)
{
    struct timespec now, before = {0};

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_clock_gettime, clock_gettime(CLOCK_MONOTONIC, &now), 0);
        if (!is_later(&now, &before))
            return ineffective(work, __NR_clock_gettime);
    }
    return 0;
}

static int run_clock_call(struct work *work, unsigned long times)
{
    struct timespec now, before = {0};

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_clock_gettime, ENTER2(__NR_clock_gettime, CLOCK_MONOTONIC, &now), 0);
        if (!is_later(&now, &before))
            return ineffective(work, __NR_clock_gettime);
    }
    return 0;
}

const struct steps clock_vdso_steps = {.run = run_clock_vdso};
const struct steps clock_call_steps = {.run = run_clock_call};
