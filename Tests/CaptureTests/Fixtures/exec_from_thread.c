/*
 * exec_from_thread SLEEPERS BUSY PROGRAM ARGUMENT...: SLEEPERS threads that sleep in read, nanosleep and futex in turn, BUSY
 * threads that call getpgrp without end; when all have begun, one more thread, not the leader, sleeps for 50 ms, so that the
 * leader is inside a call too, and makes one execve.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char **program;
static int ends[2];
static int word;
static atomic_long begun;

static void *sleeper(void *number)
{
    static const struct timespec minute = {.tv_sec = 60};
    char byte;

    begun++;
    switch ((long)number % 3) {
    case 0:
        (void)!read(ends[0], &byte, 1);
        break;
    case 1:
        syscall(SYS_nanosleep, &minute, NULL);
        break;
    default:
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &minute, NULL, 0);
    }
    return NULL;
}

static void *busy(void *unused)
{
    begun++;
    for (;;)
        syscall(SYS_getpgrp);
    return unused;
}

static void *successor(void *unused)
{
    usleep(50000);
    execv(program[0], program);
    _exit(127);
    return unused;
}

int main(int argc, char **argv)
{
    long sleepers = argc > 3 ? atol(argv[1]) : 0, busies = argc > 3 ? atol(argv[2]) : 0;
    pthread_t thread;

    if (argc < 4 || pipe(ends))
        return 126;
    program = argv + 3;
    for (long i = 0; i < sleepers + busies; i++)
        if (pthread_create(&thread, NULL, i < sleepers ? sleeper : busy, (void *)i))
            return 126;
    while (begun < sleepers + busies)
        usleep(1000);
    if (pthread_create(&thread, NULL, successor, NULL))
        return 126;
    pthread_join(thread, NULL);
    return 126;
}
