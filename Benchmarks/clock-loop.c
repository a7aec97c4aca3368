/* clock-loop N: calls clock_gettime(CLOCK_MONOTONIC), which the vDSO serves, N times, and prints the nanoseconds per call. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1000000;
    struct timespec now;
    double start = seconds();

    for (long i = 0; i < count; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%.4f\n", (seconds() - start) * 1e9 / count);
    return 0;
}
