// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * compiled_code: makes code at run time that sleeps for 20 ms, writes /tmp/perf-PID.map with its name and lines of other forms, runs the code three
 * times, and prints its pid when the map is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
#if defined(__x86_64__)
    /* push rbp; mov rbp, rsp; mov eax, 35 (nanosleep); xor esi, esi; syscall; pop rbp; ret */
    static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0xb8, 35, 0, 0, 0, 0x31, 0xf6, 0x0f, 0x05, 0x5d, 0xc3};
#else
#error "which instructions make a call here?"
#endif
    struct timespec delay = {0, 20000000};
    char path[64];
    unsigned char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return 1;
    memcpy(memory, code, sizeof code);
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
    FILE *map = fopen(path, "w");

    if (map == NULL)
        return 1;
    fprintf(map, "this line has another form\n%lx %lx compiled_sleep\n12 zz neither_has_this\n", (unsigned long)memory,
            sizeof code);
    for (int i = 0; i < 6000; i++)
        putc('x', map);
    fputs("\n", map);
    fclose(map);
    printf("%d\n", (int)getpid());
    fflush(stdout);
    for (int i = 0; i < 3; i++)
        ((void (*)(struct timespec *))(void *)memory)(&delay);
    sleep(3);
    return remove(path);
}
