/* short_threads COUNT CALLS: COUNT threads, one after the other, each making CALLS getppid calls and ending. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long calls;

static void *work(void *unused)
{
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    return unused;
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 1;

    calls = argc > 2 ? atol(argv[2]) : 1;
    for (long i = 0; i < count; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, work, NULL) || pthread_join(thread, NULL))
            return 1;
    }
    return 0;
}
