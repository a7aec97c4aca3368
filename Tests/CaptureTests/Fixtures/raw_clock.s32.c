/* raw_clock.s32 N: N clock_gettime(CLOCK_MONOTONIC) and N gettimeofday, as 32-bit calls. */
#include "freestanding.h"

#define NR32_gettimeofday 78
#define NR32_clock_gettime 265

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 1);
    long now[2];

    (void)envp;
    for (long i = 0; i < count; i++) {
        call32(NR32_clock_gettime, 1, (long)now, 0, 0, 0);
        call32(NR32_gettimeofday, (long)now, 0, 0, 0, 0);
    }
    return 0;
}
