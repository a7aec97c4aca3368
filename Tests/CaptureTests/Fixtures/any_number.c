/*
 * any_number CALLS NUMBERS [gated]: makes CALLS calls of NUMBERS different numbers that no kernel has. With "gated" it reads a byte first,
 * and writes one at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long calls = atol(argv[1]), numbers = atol(argv[2]);
    char byte = 0;

    if (argc > 3 && read(0, &byte, 1) != 1)
        return 1;
    for (long i = 0; i < calls; i++) {
        if (syscall(2000 + i % numbers) != -1)
            return 2;
    }
    if (argc > 3 && write(1, &byte, 1) != 1)
        return 3;
    return 0;
}
