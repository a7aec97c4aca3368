/* Waiting for a thousand descriptors, of which some are ready. */
#include "waits.h"
#include "work.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Every hundredth is ready. */
enum { ready_step = 100, ready = MANY / ready_step };

static int prepare_many(struct work *work)
{
    const uint64_t one = 1;

    for (int number = 0; number < MANY; number++) {
        long result = ENTER2(__NR_eventfd2, 0, EFD_CLOEXEC);

        if (result < 0)
            return refused(work, __NR_eventfd2, result);
        work->many[number] = (int)result;
        if (number % ready_step != 0)
            continue;
        if ((result = ENTER3(__NR_write, work->many[number], &one, 8)) != 8)
            return refused(work, __NR_write, result);
    }
    return 0;
}

static void finish_many(struct work *work)
{
    for (int number = 0; number < MANY; number++)
        close_file(&work->many[number]);
    close_file(&work->other);
}

static int run_poll_many(struct work *work, unsigned long times)
{
    /* The worker has one case at a time. */
    static struct pollfd files[MANY];

    for (int number = 0; number < MANY; number++)
        files[number] = (struct pollfd){.fd = work->many[number], .events = POLLIN};
    REPEAT(work, times, POLL_CALL, POLL(files, MANY), ready);
    for (int number = 0; number < MANY; number++)
        if (files[number].revents != (number % ready_step == 0 ? POLLIN : 0))
            return ineffective(work, POLL_CALL);
    return 0;
}

static int prepare_epoll_many(struct work *work)
{
    long result;

    if (prepare_many(work) != 0)
        return -1;
    if ((result = ENTER1(__NR_epoll_create1, EPOLL_CLOEXEC)) < 0)
        return refused(work, __NR_epoll_create1, result);
    work->other = (int)result;
    for (int number = 0; number < MANY; number++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)number};

        result = ENTER4(__NR_epoll_ctl, work->other, EPOLL_CTL_ADD, work->many[number], &event);
        if (result != 0)
            return refused(work, __NR_epoll_ctl, result);
    }
    return 0;
}

static int run_epoll_many(struct work *work, unsigned long times)
{
    struct epoll_event events[2 * ready];

    REPEAT(work, times, EPOLL_CALL, EPOLL_WAIT(work->other, events, 2 * ready), ready);
    for (int number = 0; number < ready; number++)
        if (events[number].events != EPOLLIN || events[number].data.u32 % ready_step != 0)
            return ineffective(work, EPOLL_CALL);
    return 0;
}

const struct steps poll_many_steps = {.prepare = prepare_many, .run = run_poll_many, .finish = finish_many};
const struct steps epoll_many_steps = {.prepare = prepare_epoll_many, .run = run_epoll_many, .finish = finish_many};
