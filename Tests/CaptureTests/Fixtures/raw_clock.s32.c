/*
 * raw_clock.s32 N [CPU]: N clock_gettime(CLOCK_MONOTONIC) and N gettimeofday, as 32-bit calls. With CPU, clock_gettime is called
 * CPU times for CLOCK_PROCESS_CPUTIME_ID, and clock_getres for CLOCK_THREAD_CPUTIME_ID.
 */
#include "freestanding.h"

#define NR32_gettimeofday 78
#define NR32_clock_gettime 265
#define NR32_clock_getres 266

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 1);
    long now[2];

    (void)envp;
    for (long i = 0; i < count; i++) {
        call32(NR32_clock_gettime, 1, (long)now, 0, 0, 0);
        call32(NR32_gettimeofday, (long)now, 0, 0, 0, 0);
    }
    for (long i = 0; argc > 2 && i < number(argc, argv, 2); i++) {
        call32(NR32_clock_gettime, 2, (long)now, 0, 0, 0);
        call32(NR32_clock_getres, 3, (long)now, 0, 0, 0);
    }
    return 0;
}
