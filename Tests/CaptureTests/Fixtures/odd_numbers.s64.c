/*
 * odd_numbers.s64 N: N times each of the calls 9999, 0x40000000 | 39 (getpid of x32), 0x40000000 | 9999, -1, and -5; 9999 and
 * -1 by int $0x80; and 39 with bits above the lowest 32, which the kernel does not look at (getpid). On arm64 those that it has too.
 */
#include "freestanding.h"

int run(int argc, char **argv, char **envp)
{
#if defined(__aarch64__)
    static const long numbers[] = {9999, -1, -5, 0x700000000 | NR_getpid};
#else
    static const long numbers[] = {9999, 0x40000000 | 39, 0x40000000 | 9999, -1, -5, 0x700000000 | NR64_getpid};
#endif
    long count = number(argc, argv, 1);

    (void)envp;
    for (long i = 0; i < count; i++) {
        for (unsigned long j = 0; j < sizeof(numbers) / sizeof(*numbers); j++)
#if defined(__aarch64__)
            call(numbers[j], 0, 0, 0, 0, 0);
#else
            call64(numbers[j], 0, 0, 0, 0, 0);
        call32(9999, 0, 0, 0, 0, 0);
        call32(-1, 0, 0, 0, 0, 0);
#endif
    }
    return 0;
}
