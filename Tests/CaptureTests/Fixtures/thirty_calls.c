/*
 * thirty_calls N ROUNDS: reads one byte from standard input, its gate, and forks N children. Each makes thirty different calls, each
 * of them ROUNDS times, and then sleeps in one read, so that at the end all of them live. The parent lets them go all at once.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each with arguments that do nothing, or that it refuses. */
static const struct {
    long number, first, second, third;
} calls[30] = {
    {SYS_getppid, 0, 0, 0},
    {SYS_getpid, 0, 0, 0},
    {SYS_gettid, 0, 0, 0},
    {SYS_getuid, 0, 0, 0},
    {SYS_geteuid, 0, 0, 0},
    {SYS_getgid, 0, 0, 0},
    {SYS_getegid, 0, 0, 0},
    {SYS_getpgrp, 0, 0, 0},
    {SYS_getpgid, 0, 0, 0},
    {SYS_getsid, 0, 0, 0},
    {SYS_getpriority, 0, 0, 0},
    {SYS_umask, 022, 0, 0},
    {SYS_alarm, 0, 0, 0},
    {SYS_personality, -1, 0, 0},
    {SYS_getgroups, 0, 0, 0},
    {SYS_sched_getscheduler, 0, 0, 0},
    {SYS_sched_get_priority_max, 1, 0, 0},
    {SYS_sched_get_priority_min, 1, 0, 0},
    {SYS_getrusage, -2, 0, 0},
    {SYS_write, -1, 0, 0},
    {SYS_lseek, -1, 0, 0},
    {SYS_fsync, -1, 0, 0},
    {SYS_fdatasync, -1, 0, 0},
    {SYS_dup, -1, 0, 0},
    {SYS_fcntl, -1, 0, 0},
    {SYS_ioctl, -1, 0, 0},
    {SYS_ftruncate, -1, 0, 0},
    {SYS_fchdir, -1, 0, 0},
    {SYS_fchmod, -1, 0, 0},
    {SYS_listen, -1, 0, 0},
};

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0, rounds = argc > 2 ? atol(argv[2]) : 0;
    atomic_long *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ends[2], failures = 0;
    char byte;

    if (ready == MAP_FAILED || pipe(ends) || read(0, &byte, 1) != 1)
        return 126;
    for (long i = 0; i < count; i++) {
        pid_t child = fork();

        if (child < 0)
            return 1;
        if (child > 0)
            continue;
        close(ends[1]);
        for (long round = 0; round < rounds; round++)
            for (int call = 0; call < 30; call++)
                syscall(calls[call].number, calls[call].first, calls[call].second, calls[call].third);
        ++*ready;
        _exit(read(ends[0], &byte, 1) != 0);
    }
    while (*ready < count)
        poll(NULL, 0, 5);
    close(ends[1]);
    for (long i = 0; i < count; i++) {
        int status;

        failures += wait(&status) < 0 || status != 0;
    }
    return failures > 0;
}
