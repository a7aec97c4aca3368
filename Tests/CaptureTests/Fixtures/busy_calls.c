/*
 * busy_calls COUNTS THREADS SECONDS [fifo]: reads one byte from standard input, its gate. Then THREADS threads, each on a CPU of
 * its own in turn, make one getppid and one write that fails with EBADF, again and again, as fast as they can: for SECONDS, or, if
 * that is 0, until the program has read a second byte, and for no longer than a minute. With `fifo` the threads have the scheduling
 * policy SCHED_FIFO, which leaves others almost nothing of their CPUs.
 *
 * COUNTS is a file that it makes and keeps mapped: what has been counted in it is there after a SIGKILL too. For each thread it has
 * four 64-bit numbers: getppid begun, getppid done, write begun, write done.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LONGEST 60

/* Only its thread writes it, so that plain additions do; volatile, so that each is made where it stands. */
struct counts {
    volatile unsigned long getppid_begun, getppid_done, write_begun, write_done;
};

static struct counts *counts;
static long seconds;
static int is_fifo;
static atomic_int is_over;

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void *work(void *argument)
{
    long number = (long)argument, end = now() + (seconds ? seconds : LONGEST) * 1000;
    struct sched_param priority = {.sched_priority = 1};
    struct counts *mine = counts + number;
    cpu_set_t cpu;

    CPU_ZERO(&cpu);
    CPU_SET(number % sysconf(_SC_NPROCESSORS_ONLN), &cpu);
    sched_setaffinity(0, sizeof(cpu), &cpu);
    if (is_fifo && sched_setscheduler(0, SCHED_FIFO, &priority))
        exit(125);
    while (!is_over && now() < end) {
        for (int i = 0; i < 100; i++) {
            mine->getppid_begun++;
            syscall(SYS_getppid);
            mine->getppid_done++;
            mine->write_begun++;
            syscall(SYS_write, -1, NULL, 0);
            mine->write_done++;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? atol(argv[2]) : 0;
    pthread_t threads[count + 1];
    size_t size = count * sizeof(*counts);
    int file = argc > 3 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
    char byte;

    if (count < 1 || ftruncate(file, size))
        return 126;
    counts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    seconds = atol(argv[3]);
    is_fifo = argc > 4 && !strcmp(argv[4], "fifo");
    if (counts == MAP_FAILED || read(0, &byte, 1) != 1)
        return 126;
    for (long i = 0; i < count; i++)
        if (pthread_create(threads + i, NULL, work, (void *)i))
            return 126;
    if (!seconds && read(0, &byte, 1) != 1)
        return 126;
    is_over = seconds == 0;
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
