/*
 * vdso_calls STEP...: calls that the vDSO can serve, in known numbers and known ways. A step is NAME:COUNT:
 *
 *   served          each function of the C library that the vDSO serves, COUNT times
 *   getrandom       getrandom of the vDSO itself, which the C library may not use
 *   monotonic       clock_gettime(CLOCK_MONOTONIC) through the C library; likewise the other clocks by their names
 *   negative        the same with the negative id of the program's own CPU clock
 *   getres-monotonic  clock_getres(CLOCK_MONOTONIC) through the C library; likewise the other clocks
 *   gettimeofday, time, getcpu  through the C library
 *   bypass          clock_gettime(CLOCK_MONOTONIC) by syscall(2)
 *   random-bypass   getrandom by syscall(2)
 *   generated       clock_gettime(CLOCK_MONOTONIC) by code that was made at run time, in memory without a file
 *   vsyscall        gettimeofday through the legacy page
 *   unmapped        clock_gettime(CLOCK_MONOTONIC) by syscall(2), after the vDSO was unmapped
 *   moved           clock_gettime(CLOCK_THREAD_CPUTIME_ID) by the vDSO at another address, moved by mremap(2)
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void served(long count)
{
    struct timespec time_now;
    struct timeval day;
    unsigned int cpu, node;

    for (long i = 0; i < count; i++) {
        clock_gettime(CLOCK_MONOTONIC, &time_now);
        clock_gettime(CLOCK_REALTIME_COARSE, &time_now);
        clock_getres(CLOCK_MONOTONIC, &time_now);
        gettimeofday(&day, NULL);
        time(NULL);
        getcpu(&cpu, &node);
    }
}

struct vgetrandom_parameters {
    uint32_t size, protection, flags, reserved[13];
};

/* A function of the vDSO by its symbol in the image; a static program has no dlsym(3). NULL where there is none. */
static void *vdso_function(const char *name)
{
    char *image = (char *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *header = (void *)image;
    const Elf64_Shdr *sections;

    if (!image)
        return NULL;
    sections = (void *)(image + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        const Elf64_Sym *symbols = (void *)(image + sections[i].sh_offset);
        const char *names = image + sections[sections[i].sh_link].sh_offset;

        if (sections[i].sh_type != SHT_DYNSYM)
            continue;
        for (unsigned long j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
            if (!strcmp(names + symbols[j].st_name, name))
                return image + symbols[j].st_value;
    }
    return NULL;
}

static void vdso_getrandom(long count)
{
    ssize_t (*function)(void *, size_t, unsigned int, void *, size_t) = vdso_function("__vdso_getrandom");
    struct vgetrandom_parameters parameters = {0};
    char bytes[8];
    void *state;

    if (!function) {
        fprintf(stderr, "the vDSO has no getrandom\n");
        exit(3);
    }
    if (function(NULL, 0, 0, &parameters, ~0UL))
        fail("getrandom of the vDSO");
    state = mmap(NULL, 4096, parameters.protection, parameters.flags, -1, 0);
    if (state == MAP_FAILED)
        fail("mmap");
    for (long i = 0; i < count; i++)
        if (function(bytes, sizeof(bytes), 0, state, parameters.size) != sizeof(bytes))
            fail("getrandom of the vDSO");
}

static void by_syscall(long count)
{
    struct timespec time_now;

    for (long i = 0; i < count; i++)
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time_now);
}

static void random_by_syscall(long count)
{
    char bytes[8];

    for (long i = 0; i < count; i++)
        syscall(SYS_getrandom, bytes, sizeof(bytes), 0);
}

static void generated(long count)
{
    /* mov $228, %eax; syscall; ret */
    static const unsigned char code[] = {0xb8, 228, 0, 0, 0, 0x0f, 0x05, 0xc3};
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct timespec time_now;

    if (memory == MAP_FAILED)
        fail("mmap");
    memcpy(memory, code, sizeof(code));
    for (long i = 0; i < count; i++)
        ((long (*)(long, void *))memory)(CLOCK_MONOTONIC, &time_now);
}

static void vsyscall(long count)
{
    long (*gettimeofday_page)(struct timeval *, void *) = (void *)0xffffffffff600000;
    struct timeval day;

    for (long i = 0; i < count; i++)
        gettimeofday_page(&day, NULL);
}

static void clock_reads(clockid_t clock, long count)
{
    struct timespec time_now;

    for (long i = 0; i < count; i++)
        clock_gettime(clock, &time_now);
}

static void clock_resolutions(clockid_t clock, long count)
{
    struct timespec resolution;

    for (long i = 0; i < count; i++)
        clock_getres(clock, &resolution);
}

static void days(long count)
{
    struct timeval day;

    for (long i = 0; i < count; i++)
        gettimeofday(&day, NULL);
}

static void seconds(long count)
{
    for (long i = 0; i < count; i++)
        time(NULL);
}

static void processors(long count)
{
    unsigned int cpu, node;

    for (long i = 0; i < count; i++)
        getcpu(&cpu, &node);
}

/* Where the vDSO's code is mapped; its data lies before it and moves along. */
static void vdso_range(char **start, size_t *size)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long from, to;
    char line[512];

    while (maps && fgets(line, sizeof(line), maps))
        if (strstr(line, "[vdso]") && sscanf(line, "%lx-%lx", &from, &to) == 2) {
            *start = (char *)from;
            *size = to - from;
            fclose(maps);
            return;
        }
    fprintf(stderr, "no vDSO is mapped\n");
    exit(3);
}

static void unmapped(long count)
{
    char *start;
    size_t size;

    vdso_range(&start, &size);
    if (munmap(start, size))
        fail("munmap");
    by_syscall(count);
}

static void moved(long count)
{
    int (*function)(clockid_t, struct timespec *);
    struct timespec time_now;
    char *start, *target;
    size_t size;

    vdso_range(&start, &size);
    function = vdso_function("__vdso_clock_gettime");
    target = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!function || target == MAP_FAILED || mremap(start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, target) == MAP_FAILED)
        fail("mremap");
    function = (void *)(target + ((char *)function - start));
    /* A clock that the vDSO does not serve: it gives up before it looks for its data, which did not move along. */
    for (long i = 0; i < count; i++)
        function(CLOCK_THREAD_CPUTIME_ID, &time_now);
}

static void step(const char *name, long count)
{
    static const struct {
        const char *name;
        clockid_t clock;
    } clocks[] = {
        {"realtime", CLOCK_REALTIME},
        {"monotonic", CLOCK_MONOTONIC},
        {"process-cputime", CLOCK_PROCESS_CPUTIME_ID},
        {"thread-cputime", CLOCK_THREAD_CPUTIME_ID},
        {"monotonic-raw", CLOCK_MONOTONIC_RAW},
        {"realtime-coarse", CLOCK_REALTIME_COARSE},
        {"monotonic-coarse", CLOCK_MONOTONIC_COARSE},
        {"boottime", CLOCK_BOOTTIME},
        {"realtime-alarm", CLOCK_REALTIME_ALARM},
        {"boottime-alarm", CLOCK_BOOTTIME_ALARM},
        {"tai", CLOCK_TAI},
        {"negative", -6},
    };
    static const struct {
        const char *name;
        void (*run)(long);
    } steps[] = {
        {"served", served},
        {"getrandom", vdso_getrandom},
        {"bypass", by_syscall},
        {"generated", generated},
        {"vsyscall", vsyscall},
        {"unmapped", unmapped},
        {"moved", moved},
        {"gettimeofday", days},
        {"time", seconds},
        {"getcpu", processors},
        {"random-bypass", random_by_syscall},
    };
    int asks_resolution = !strncmp(name, "getres-", 7);

    for (unsigned int i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        if (!strcmp(asks_resolution ? name + 7 : name, clocks[i].name))
            return asks_resolution ? clock_resolutions(clocks[i].clock, count) : clock_reads(clocks[i].clock, count);
    for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (!strcmp(name, steps[i].name))
            return steps[i].run(count);
    fprintf(stderr, "no step '%s'\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *colon = strchr(argv[i], ':');

        if (!colon) {
            fprintf(stderr, "a step is NAME:COUNT\n");
            return 2;
        }
        *colon = 0;
        step(argv[i], atol(colon + 1));
    }
    return 0;
}
