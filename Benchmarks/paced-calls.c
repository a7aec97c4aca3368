/*
 * paced-calls RATE SECONDS: makes RATE getppid calls a second for SECONDS, spread evenly over the milliseconds. If the CPU is too
 * slow for that, it makes as many as it can. Prints how many it made.
 * paced-calls --many PROCESSES KINDS: starts PROCESSES processes, each of which makes one call of each of KINDS kinds. They all
 * live until standard input ends.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static long make_calls(long rate, long seconds)
{
    long start = now(), made = 0;

    for (long tick = 1; tick <= seconds * 1000; tick++) {
        long due = start + tick * 1000000;
        struct timespec until = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};

        for (; made < rate * tick / 1000 && now() < due; made++)
            syscall(SYS_getppid);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
    return made;
}

static int be_many(long processes, long kinds)
{
    int gate[2];
    char byte;

    if (pipe(gate))
        return 1;
    for (long i = 0; i < processes; i++) {
        pid_t child = fork();

        if (child < 0)
            return 1;
        if (child == 0) {
            /* With these arguments, the calls do nothing or fail: none of them waits or ends the process. */
            static const int numbers[] = {0,  1,  3,  4,  5,  6,  8,  10, 11, 16, 17, 18, 19, 20, 21, 22, 32, 33,
                                          36, 39, 40, 72, 73, 74, 75, 76, 77, 79, 80, 81, 82, 83, 84, 85, 86, 87};

            close(gate[1]);
            for (long k = 0; k < kinds && k < (long)(sizeof(numbers) / sizeof(*numbers)); k++)
                syscall(numbers[k], -1, 0, 0, 0, 0, 0);
            _exit(read(gate[0], &byte, 1) != 0);
        }
    }
    puts("all");
    fflush(stdout);
    (void)!read(0, &byte, 1);
    close(gate[1]);
    while (wait(NULL) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "--many"))
        return be_many(atol(argv[2]), atol(argv[3]));
    if (argc != 3)
        return 2;
    printf("%ld\n", make_calls(atol(argv[1]), atol(argv[2])));
    return 0;
}
