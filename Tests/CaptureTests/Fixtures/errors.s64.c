/*
 * errors.s64 N: one pipe2, one open; then N times each
 *   open of what does not exist (ENOENT), close of -1 (EBADF), read of an empty pipe (EAGAIN), the same close by int $0x80,
 *   getpriority (20, no error), lseek to -4096 in /proc/self/mem (returns -4096, no error: errors end at -4095),
 *   mmap by int $0x80 at 0xfffff000, whose result is -4096 in 32 bits and no error either.
 */
#include "freestanding.h"

int run(int argc, char **argv, char **envp)
{
    static int ends[2];
    static char byte;
    /* old_mmap: address, length, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, descriptor, offset */
    static unsigned int map[6] = {0xfffff000, 4096, 1, 2 | 0x10 | 0x20, -1, 0};
    long count = number(argc, argv, 1), memory;

    (void)envp;
    call64(NR64_pipe2, (long)ends, 04000 /* O_NONBLOCK */, 0, 0, 0);
    memory = call64(NR64_open, (long)"/proc/self/mem", 0, 0, 0, 0);
    for (long i = 0; i < count; i++) {
        call64(NR64_open, (long)"/there/is/no/such/file", 0, 0, 0, 0);
        call64(NR64_close, -1, 0, 0, 0, 0);
        call64(NR64_read, ends[0], (long)&byte, 1, 0, 0);
        call32(NR32_close, -1, 0, 0, 0, 0);
        call64(NR64_getpriority, 0, 0, 0, 0, 0);
        if (call64(NR64_lseek, memory, -4096, 0, 0, 0) != -4096)
            return 1;
        if ((unsigned int)call32(NR32_mmap, (long)map, 0, 0, 0, 0) != 0xfffff000)
            return 2;
    }
    return 0;
}
