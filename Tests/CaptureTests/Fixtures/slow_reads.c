// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * slow_reads FOLDER [-]: 10,000 quick reads of /dev/zero, and five slow ones of two FIFOs in the folder, by two threads, from three functions.
 * A third thread writes what they wait for. Writes a line for each slow read to FOLDER/account, or to its output if there is a second argument:
 * its function, its thread, its file, and how many nanoseconds it took.
 *
 * The functions make their calls themselves: the wrappers of the C library have no frame pointer, which hides who called them.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char paths[2][4096];
static char account[4096];
static int fifos[2];
static int zero;
static struct {
    int fifo;
    long ms;
} wish;
static pthread_barrier_t begin;

static long read_by_itself(int fd, void *buffer, size_t size)
{
#if defined(__x86_64__)
    long result;

    asm volatile("syscall" : "=a"(result) : "0"(SYS_read), "D"(fd), "S"(buffer), "d"(size) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x0 asm("x0") = fd, x1 asm("x1") = (long)buffer, x2 asm("x2") = (long)size, x8 asm("x8") = SYS_read;

    asm volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
    return x0;
#else
#error "which instruction makes a call here?"
#endif
}

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

#define READER(name)                                                                                                               \
    __attribute__((noinline)) static long name(int fifo)                                                                           \
    {                                                                                                                              \
        char byte;                                                                                                                 \
        long begin_ns = now();                                                                                                     \
        long result = read_by_itself(fifos[fifo], &byte, 1);                                                                       \
                                                                                                                                   \
        printf("%s %ld %s %ld\n", #name, (long)syscall(SYS_gettid), paths[fifo], now() - begin_ns);                                \
        fflush(stdout);                                                                                                            \
        return result;                                                                                                             \
    }
READER(read_alpha)
READER(read_beta)
READER(read_gamma)

static void *write_when_asked(void *nothing)
{
    for (int i = 0; i < 5; i++) {
        pthread_barrier_wait(&begin);
        struct timespec delay = {0, wish.ms * 1000000};

        nanosleep(&delay, NULL);
        if (write(fifos[wish.fifo], "x", 1) != 1)
            exit(2);
    }
    return nothing;
}

static long read_slowly(long (*reader)(int), int fifo, long ms)
{
    wish.fifo = fifo;
    wish.ms = ms;
    pthread_barrier_wait(&begin);
    return reader(fifo);
}

static void read_quickly(void)
{
    char byte;

    for (int i = 0; i < 2000; i++)
        read_by_itself(zero, &byte, 1);
}

static void *second_thread(void *nothing)
{
    pthread_setname_np(pthread_self(), "second");
    read_quickly();
    read_slowly(read_gamma, 0, 150);
    read_quickly();
    read_slowly(read_beta, 1, 60);
    return nothing;
}

int main(int count, char **arguments)
{
    pthread_t writer, other;

    if (count < 2)
        return 2;
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%s/%s", arguments[1], i ? "two" : "one");
        unlink(paths[i]);
        if (mkfifo(paths[i], 0600) || (fifos[i] = open(paths[i], O_RDWR)) < 0)
            return 2;
    }
    zero = open("/dev/zero", O_RDONLY);
    snprintf(account, sizeof(account), "%s/account", arguments[1]);
    if (count == 2 && !freopen(account, "w", stdout))
        return 2;
    pthread_barrier_init(&begin, NULL, 2);
    pthread_create(&writer, NULL, write_when_asked, NULL);
    read_quickly();
    read_slowly(read_alpha, 0, 90);
    read_quickly();
    read_slowly(read_beta, 1, 120);
    read_slowly(read_alpha, 1, 180);
    read_quickly();
    pthread_create(&other, NULL, second_thread, NULL);
    pthread_join(other, NULL);
    pthread_join(writer, NULL);
    return 0;
}
