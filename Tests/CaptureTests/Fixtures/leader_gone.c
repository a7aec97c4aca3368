/*
 * leader_gone N PROGRAM ARGUMENT...: the leading thread ends by one exit; another one waits for 50 ms (one nanosleep), makes N
 * getppid, and one execve of the program under the id of the dead leader.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char **arguments;

static void *go_on(void *unused)
{
    static const struct timespec time = {.tv_nsec = 50000000};

    syscall(SYS_nanosleep, &time, NULL);
    for (long i = atol(arguments[1]); i > 0; i--)
        syscall(SYS_getppid);
    execv(arguments[2], arguments + 2);
    _exit(127);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    arguments = argv;
    if (argc < 3 || pthread_create(&thread, NULL, go_on, NULL))
        return 126;
    syscall(SYS_exit, 0);
}
