/*
 * crowd THREADS CALLS: THREADS threads, spread over the CPUs and pinned there, each make CALLS getppid at the same time. More threads than
 * CPUs take the CPU from each other anywhere, also inside the programs that see their calls. THREADS * CALLS getppid.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t start;
static long calls;

static void *make_calls(void *place)
{
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET((long)place % sysconf(_SC_NPROCESSORS_ONLN), &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    pthread_barrier_wait(&start);
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    return NULL;
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0;
    pthread_t threads[256];

    if (count < 1 || count > 256)
        return 1;
    calls = atol(argv[2]);
    pthread_barrier_init(&start, NULL, count);
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, make_calls, (void *)i) != 0)
            return 1;
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
