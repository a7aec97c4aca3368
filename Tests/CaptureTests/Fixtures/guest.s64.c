/*
 * guest.s64 exit N      exits with N
 * guest.s64 print N     writes N bytes to standard output and 7 to standard error; byte i is (31 * i + (i >> 8)) & 255
 * guest.s64 signal N    sends itself signal N
 * guest.s64 sleep N     sleeps for N seconds
 * guest.s64 environment writes each variable of its environment in a line
 * guest.s64 read FILE   writes the contents of FILE to standard output
 */
#include "freestanding.h"

static int print(long count)
{
    static unsigned char bytes[1 << 16];
    long done = 0;

    while (done < count) {
        long size = count - done < (long)sizeof(bytes) ? count - done : (long)sizeof(bytes);

        for (long i = 0; i < size; i++)
            bytes[i] = (unsigned char)(31 * (done + i) + ((done + i) >> 8));
        for (long start = 0, written; start < size; start += written) {
            written = call64(NR64_write, 1, (long)(bytes + start), size - start, 0, 0);
            if (written <= 0)
                return 1;
        }
        done += size;
    }
    return call64(NR64_write, 2, (long)"errors\n", 7, 0, 0) != 7;
}

static int environment(char **envp)
{
    for (; *envp; envp++) {
        for (const char *byte = *envp; *byte; byte++)
            call64(NR64_write, 1, (long)byte, 1, 0, 0);
        call64(NR64_write, 1, (long)"\n", 1, 0, 0);
    }
    return 0;
}

static int copy(const char *path)
{
    static char bytes[1 << 16];
    long file = call64(NR64_open, (long)path, 0, 0, 0, 0), size;

    if (file < 0)
        return 1;
    while ((size = call64(NR64_read, file, (long)bytes, sizeof(bytes), 0, 0)) > 0)
        for (long start = 0, written; start < size; start += written) {
            written = call64(NR64_write, 1, (long)bytes + start, size - start, 0, 0);
            if (written <= 0)
                return 1;
        }
    return size != 0;
}

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 2), time[2] = {count, 0};

    switch (argc > 1 ? argv[1][0] + argv[1][1] : 0) {
    case 'e' + 'x':
        return (int)count;
    case 'p' + 'r':
        return print(count);
    case 's' + 'i':
        call64(NR64_kill, call64(NR64_getpid, 0, 0, 0, 0, 0), count, 0, 0, 0);
        return 1;
    case 's' + 'l':
        return (int)call64(NR64_nanosleep, (long)time, 0, 0, 0, 0);
    case 'e' + 'n':
        return environment(envp);
    case 'r' + 'e':
        return argc > 2 ? copy(argv[2]) : 1;
    }
    return 125;
}
