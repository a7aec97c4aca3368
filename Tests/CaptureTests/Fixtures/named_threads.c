/* named_threads: a thread called worker makes 100 getppid and ends last, after the process's first thread, which keeps its name. */
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void *work(void *unused)
{
    static const struct timespec time = {.tv_nsec = 50000000};

    prctl(PR_SET_NAME, "worker", 0, 0, 0);
    for (int i = 0; i < 100; i++)
        syscall(SYS_getppid);
    nanosleep(&time, NULL);
    syscall(SYS_exit_group, 0);
    return unused;
}

int main(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, work, NULL))
        return 1;
    syscall(SYS_exit, 0);
}
