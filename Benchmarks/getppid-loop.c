// getppid-loop CPU BATCHES CALLS
//
// The loop under test. For every line on standard input it makes BATCHES batches of CALLS system calls, on one CPU, and prints
// "MEDIAN MINIMUM TOTAL": nanoseconds a call of the median and of the fastest batch, and how many calls it made in all, one
// batch of warming up included. Between lines it sleeps, so that something else can be attached to it.
//
// Time is the thread's CPU time: on a busy machine the wall clock would count the time slices of others. The harness uses the
// median of the batches. The minimum is steady as well, but it finds the batch in which nobody emptied the ring buffer or
// touched the shared cache lines, and would flatter every tool that does its work now and then.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BATCHES = 1000 };

static double cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static double batch(long calls)
{
    double start = cpu_ns();

    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    return (cpu_ns() - start) / calls;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    static double took[MOST_BATCHES];
    long cpu, batches, calls;
    cpu_set_t set;
    char line[64];

    if (argc != 4) {
        fprintf(stderr, "usage: getppid-loop CPU BATCHES CALLS\n");
        return 2;
    }
    cpu = atol(argv[1]);
    batches = atol(argv[2]);
    calls = atol(argv[3]);
    if (cpu < 0 || cpu >= CPU_SETSIZE || batches < 1 || batches > MOST_BATCHES || calls < 1) {
        fprintf(stderr, "getppid-loop: 1 to %d batches of at least one call\n", MOST_BATCHES);
        return 2;
    }
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set)) {
        perror("getppid-loop: sched_setaffinity");
        return 1;
    }
    while (fgets(line, sizeof(line), stdin)) {
        batch(calls);
        for (long i = 0; i < batches; i++)
            took[i] = batch(calls);
        qsort(took, batches, sizeof(took[0]), ascending);
        printf("%.2f %.2f %ld\n", (took[(batches - 1) / 2] + took[batches / 2]) / 2, took[0], (batches + 1) * calls);
        fflush(stdout);
    }
    return 0;
}
