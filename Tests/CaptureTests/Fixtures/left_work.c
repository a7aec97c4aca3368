/*
 * left_work N FILE: N dup2 and then N munmap that each give up the last reference to a large file, which the kernel frees after the exit
 * of the call and before the return. FILE gets how long the dup2 and the munmap took as the program saw it, in ns.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FILE_BYTES = 16 << 20 };

static unsigned long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000UL + time.tv_nsec;
}

/* A file in memory whose pages are there. */
static int large_file(void)
{
    int file = memfd_create("large", 0);

    if (file < 0 || fallocate(file, 0, 0, FILE_BYTES) != 0)
        exit(1);
    return file;
}

int main(int argc, char **argv)
{
    int null = open("/dev/null", O_RDWR);
    unsigned long dup2_ns = 0, munmap_ns = 0, start;
    int rounds;
    FILE *result;

    if (argc != 3)
        return 2;
    rounds = atoi(argv[1]);

    for (int i = 0; i < rounds; i++) {
        int file = large_file();

        start = now();
        dup2(null, file);
        dup2_ns += now() - start;
        close(file);
    }
    for (int i = 0; i < rounds; i++) {
        int file = large_file();
        void *page = mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);

        close(file);
        start = now();
        munmap(page, 4096);
        munmap_ns += now() - start;
    }
    result = fopen(argv[2], "w");
    if (!result)
        return 1;
    fprintf(result, "%lu %lu\n", dup2_ns, munmap_ns);
    return fclose(result) != 0;
}
