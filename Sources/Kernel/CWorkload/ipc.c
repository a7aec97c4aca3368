/* Pipes, futexes, event descriptors. */
#include "waits.h"
#include "work.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Pipes. */

static int prepare_pipes(struct work *work)
{
    long result = ENTER2(__NR_pipe2, work->ends, O_CLOEXEC);

    if (result == 0)
        result = ENTER2(__NR_pipe2, work->back, O_CLOEXEC);
    return result == 0 ? 0 : refused(work, __NR_pipe2, result);
}

static void finish_pipes(struct work *work)
{
    for (int end = 0; end < 2; end++) {
        close_file(&work->ends[end]);
        close_file(&work->back[end]);
    }
}

static int run_pipe(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_write, ENTER3(__NR_write, work->ends[1], work->buffer, 1), 1);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->ends[0], work->buffer, 1), 1);
    }
    return 0;
}

static int run_ping(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_write, ENTER3(__NR_write, work->ends[1], work->buffer, 1), 1);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->back[0], work->buffer, 1), 1);
    }
    return 0;
}

static int run_pong(struct partner *partner, unsigned long times)
{
    struct work *work = partner->work;
    unsigned char byte;

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->ends[0], &byte, 1), 1);
        CHECK(work, done, __NR_write, ENTER3(__NR_write, work->back[1], &byte, 1), 1);
    }
    return 0;
}

const struct steps pipe_steps = {.prepare = prepare_pipes, .run = run_pipe, .finish = finish_pipes};
const struct steps pipe_pong_steps = {
    .prepare = prepare_pipes, .run = run_ping, .partner = run_pong, .partners = 1, .finish = finish_pipes};

/* Futexes. */

INLINE long futex(struct line *line, int operation, unsigned value)
{
    return ENTER4(__NR_futex, &line->word, operation | FUTEX_PRIVATE_FLAG, value, 0);
}

static int run_futex_wake(struct work *work, unsigned long times)
{
    REPEAT(work, times, __NR_futex, futex(&work->flags[0], FUTEX_WAKE, 1), 0);
    return 0;
}

/*
 * Wakes the other thread with one call, whether or not it sleeps by now. Two words take turns: if the other thread saw the word
 * without sleeping, a late wake-up must not end its wait in the next round.
 */
INLINE int hand_over(struct work *work, struct line *line, unsigned long done)
{
    long woken;

    atomic_store(&line->word, 1);
    woken = futex(line, FUTEX_WAKE, 1);
    return woken == 0 || woken == 1 ? 0 : wrong(work, __NR_futex, woken, 1, done);
}

/* Waits for the other thread with one call, which doesn't sleep if the word has changed already. */
INLINE int take_over(struct work *work, struct line *line, unsigned long done)
{
    long result = futex(line, FUTEX_WAIT, 0);

    if ((result != 0 && result != -EAGAIN) || atomic_load(&line->word) != 1)
        return wrong(work, __NR_futex, result, 0, done);
    atomic_store(&line->word, 0);
    return 0;
}

static int run_futex_ping(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        unsigned long round = work->stored++ & 1;

        if (hand_over(work, &work->flags[round], done) != 0 || take_over(work, &work->flags[2 + round], done) != 0)
            return -1;
    }
    return 0;
}

static int run_futex_pong(struct partner *partner, unsigned long times)
{
    struct work *work = partner->work;

    for (unsigned long done = 0; done < times; done++) {
        unsigned long round = partner->stored++ & 1;

        if (take_over(work, &work->flags[round], done) != 0 || hand_over(work, &work->flags[2 + round], done) != 0)
            return -1;
    }
    return 0;
}

const struct steps futex_wake_steps = {.run = run_futex_wake};
const struct steps futex_pong_steps = {.run = run_futex_ping, .partner = run_futex_pong, .partners = 1};

/*
 * A herd: one call wakes three threads that wait for the same word, and the last of them to arrive tells the first thread, through an
 * event descriptor, so no thread makes two kinds of the same call. Words take turns, as above.
 */

static int prepare_eventfd(struct work *work);
static void finish_events(struct work *work);

static int run_herd(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        unsigned long round = work->stored++ & 1;
        struct line *line = &work->flags[round];
        uint64_t count = 0;
        long woken;

        atomic_store(&work->missing, PARTNERS);
        atomic_store(&work->flags[!round].word, 0);
        atomic_store(&line->word, 1);
        woken = futex(line, FUTEX_WAKE, PARTNERS);
        if (woken < 0 || woken > PARTNERS)
            return wrong(work, __NR_futex, woken, PARTNERS, done);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->file, &count, 8), 8);
    }
    return 0;
}

static int follow_herd(struct partner *partner, unsigned long times)
{
    struct work *work = partner->work;
    const uint64_t one = 1;

    for (unsigned long done = 0; done < times; done++) {
        struct line *line = &work->flags[partner->stored++ & 1];
        long result = futex(line, FUTEX_WAIT, 0);

        if ((result != 0 && result != -EAGAIN) || atomic_load(&line->word) != 1)
            return wrong(work, __NR_futex, result, 0, done);
        if (atomic_fetch_sub(&work->missing, 1) == 1)
            CHECK(work, done, __NR_write, ENTER3(__NR_write, work->file, &one, 8), 8);
    }
    return 0;
}

const struct steps futex_herd_steps = {
    .prepare = prepare_eventfd, .run = run_herd, .partner = follow_herd, .partners = PARTNERS, .finish = finish_events};

/* Event descriptors. */

static int prepare_eventfd(struct work *work)
{
    long result = ENTER2(__NR_eventfd2, 0, EFD_CLOEXEC);

    if (result < 0)
        return refused(work, __NR_eventfd2, result);
    work->file = (int)result;
    return 0;
}

static int run_eventfd(struct work *work, unsigned long times)
{
    uint64_t count = 1;

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_write, ENTER3(__NR_write, work->file, &count, 8), 8);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->file, &count, 8), 8);
    }
    return count == 1 ? 0 : ineffective(work, __NR_read);
}

static void finish_events(struct work *work)
{
    close_file(&work->file);
    close_file(&work->other);
}

const struct steps eventfd_steps = {.prepare = prepare_eventfd, .run = run_eventfd, .finish = finish_events};

static int prepare_epoll(struct work *work)
{
    struct epoll_event event = {.events = EPOLLIN};
    long result;

    if (prepare_eventfd(work) != 0)
        return -1;
    result = ENTER1(__NR_epoll_create1, EPOLL_CLOEXEC);
    if (result < 0)
        return refused(work, __NR_epoll_create1, result);
    work->other = (int)result;
    result = ENTER4(__NR_epoll_ctl, work->other, EPOLL_CTL_ADD, work->file, &event);
    return result == 0 ? 0 : refused(work, __NR_epoll_ctl, result);
}

static int make_ready(struct work *work)
{
    uint64_t count = 1;
    long result = ENTER3(__NR_write, work->file, &count, 8);

    return result == 8 ? 0 : refused(work, __NR_write, result);
}

static int prepare_epoll_ready(struct work *work)
{
    return prepare_epoll(work) == 0 ? make_ready(work) : -1;
}

static int run_epoll_ready(struct work *work, unsigned long times)
{
    struct epoll_event event;

    REPEAT(work, times, EPOLL_CALL, EPOLL_WAIT(work->other, &event, 1), 1);
    return event.events == EPOLLIN ? 0 : ineffective(work, EPOLL_CALL);
}

static int run_epoll_empty(struct work *work, unsigned long times)
{
    struct epoll_event event;

    REPEAT(work, times, EPOLL_CALL, EPOLL_WAIT(work->other, &event, 1), 0);
    return 0;
}

const struct steps epoll_ready_steps = {.prepare = prepare_epoll_ready, .run = run_epoll_ready, .finish = finish_events};
const struct steps epoll_empty_steps = {.prepare = prepare_epoll, .run = run_epoll_empty, .finish = finish_events};

static int prepare_poll(struct work *work)
{
    return prepare_eventfd(work) == 0 && prepare_pipes(work) == 0 ? make_ready(work) : -1;
}

static int run_poll(struct work *work, unsigned long times)
{
    struct pollfd files[2] = {{.fd = work->ends[0], .events = POLLIN}, {.fd = work->file, .events = POLLIN}};

    REPEAT(work, times, POLL_CALL, POLL(files, 2), 1);
    return files[0].revents == 0 && files[1].revents == POLLIN ? 0 : ineffective(work, POLL_CALL);
}

static void finish_poll(struct work *work)
{
    finish_pipes(work);
    finish_events(work);
}

const struct steps poll_steps = {.prepare = prepare_poll, .run = run_poll, .finish = finish_poll};
