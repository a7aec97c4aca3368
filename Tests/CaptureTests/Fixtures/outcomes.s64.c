/* outcomes.s64 N: N getppid, then N nanosleep of 1 ms. */
#include "freestanding.h"

int run(int argc, char **argv, char **envp)
{
    static const long millisecond[2] = {0, 1000000};
    long count = number(argc, argv, 1);

    (void)envp;
    for (long i = 0; i < count; i++)
        call64(NR64_getppid, 0, 0, 0, 0, 0);
    for (long i = 0; i < count; i++)
        call64(NR64_nanosleep, (long)millisecond, 0, 0, 0, 0);
    return 0;
}
