/* mixed.s64 N: a 64-bit program that makes, N times: getppid and failing write (EBADF) as 32-bit calls, getppid as a 64-bit one. */
#include "freestanding.h"

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 1);

    (void)envp;
    for (long i = 0; i < count; i++) {
        call32(NR32_getppid, 0, 0, 0, 0, 0);
        call32(NR32_write, -1, 0, 0, 0, 0);
        call64(NR64_getppid, 0, 0, 0, 0, 0);
    }
    return 0;
}
