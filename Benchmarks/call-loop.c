// call-loop CPU
//
// The loop under test. For every line "WORKLOAD BATCHES CALLS" on standard input, it makes BATCHES batches of CALLS system calls
// on one CPU, and prints "CPU WALL TOTAL": nanoseconds per call of the median batch, in CPU time and by the wall clock, and the
// total number of calls, including a warm-up batch. The workloads:
//
//     getppid  the call that does nothing
//     read     one byte from /dev/zero
//     futex    two threads that wake each other and wait in turn: four calls and two context switches for each round trip
//
// Between lines it sleeps in read(2), while tracers attach to it. One such read takes one line.
//
// CPU time is that of both threads: on a busy machine, the wall clock also counts the time slices of others. The wall clock is
// for tracers that stop the loop and work meanwhile. The result is the median of the batches. The minimum would be as steady, but
// it would pick a batch in which nobody emptied the ring buffer or touched the shared cache lines, and so flatter every tool that
// does its work now and then.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BATCHES = 1000, CALLS_PER_TURN = 4 };
enum { PING, PONG };

static atomic_int turn = PING;
static atomic_long spurious; /* waits that ended although it was still the other's turn */
static int zeroes;

static void wake_the_other(int other)
{
    atomic_store(&turn, other);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Always one wait, so the number of calls doesn't depend on which thread comes first. */
static void wait_while(int other)
{
    syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, other, NULL, NULL, 0);
    while (atomic_load(&turn) == other) {
        atomic_fetch_add(&spurious, 1);
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, other, NULL, NULL, 0);
    }
}

static void *answer(void *unused)
{
    for (;;) {
        wait_while(PING);
        wake_the_other(PING);
    }
    return unused;
}

static void getppids(long calls)
{
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
}

static void reads(long calls)
{
    char byte;

    for (long i = 0; i < calls; i++)
        syscall(SYS_read, zeroes, &byte, 1);
}

static void futexes(long calls)
{
    for (long i = 0; i < calls; i += CALLS_PER_TURN) {
        wake_the_other(PONG);
        wait_while(PONG);
    }
}

static double nanoseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, long count)
{
    qsort(values, count, sizeof(values[0]), ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void measure(void (*workload)(long), long batches, long calls)
{
    static double cpu[MOST_BATCHES], wall[MOST_BATCHES];
    long before = atomic_load(&spurious);

    workload(calls);
    for (long i = 0; i < batches; i++) {
        double cpu_start = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), wall_start = nanoseconds(CLOCK_MONOTONIC);

        workload(calls);
        wall[i] = (nanoseconds(CLOCK_MONOTONIC) - wall_start) / calls;
        cpu[i] = (nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start) / calls;
    }
    printf("%.2f %.2f %ld\n", median(cpu, batches), median(wall, batches), (batches + 1) * calls + atomic_load(&spurious) - before);
    fflush(stdout);
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        fail("call-loop: sched_setaffinity");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(long);
    } workloads[] = {{"getppid", getppids}, {"read", reads}, {"futex", futexes}};
    pthread_t partner;
    char line[64], name[16];
    ssize_t length;

    if (argc != 2 || atoi(argv[1]) < 0 || atoi(argv[1]) >= CPU_SETSIZE) {
        fprintf(stderr, "usage: call-loop CPU\n");
        return 2;
    }
    pin(atoi(argv[1]));
    zeroes = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    if (zeroes < 0)
        fail("call-loop: /dev/zero");
    if (pthread_create(&partner, NULL, answer, NULL))
        fail("call-loop: pthread_create");
    while ((length = read(STDIN_FILENO, line, sizeof(line) - 1)) > 0) {
        size_t which = 0, count = sizeof(workloads) / sizeof(workloads[0]);
        long batches = 0, calls = 0;

        line[length] = 0;
        if (sscanf(line, "%15s %ld %ld", name, &batches, &calls) != 3)
            which = count;
        while (which < count && strcmp(workloads[which].name, name) != 0)
            which++;
        if (which == count || batches < 1 || batches > MOST_BATCHES || calls < 1 || calls % CALLS_PER_TURN != 0) {
            fprintf(stderr, "call-loop: a line is: getppid|read|futex, 1 to %d batches, a multiple of %d calls\n", MOST_BATCHES,
                    CALLS_PER_TURN);
            return 2;
        }
        measure(workloads[which].run, batches, calls);
    }
    return 0;
}
