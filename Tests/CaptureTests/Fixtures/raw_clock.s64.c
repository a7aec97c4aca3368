/*
 * raw_clock.s64 N [wait]: N clock_gettime(CLOCK_MONOTONIC) by the instruction itself, as runtimes without a C library make them.
 * Then it reads a byte from standard input if there is a second argument.
 */
#include "freestanding.h"

#define NR64_clock_gettime 228

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 1);
    long now[2];

    (void)envp;
    for (long i = 0; i < count; i++)
        call64(NR64_clock_gettime, 1, (long)now, 0, 0, 0);
    if (argc > 2)
        call64(NR64_read, 0, (long)now, 1, 0, 0);
    return 0;
}
