/*
 * many-tasks threads|processes N CALLS: N tasks that are there at the same time, each of which makes CALLS getppid. Prints a line when all have
 * made them, and ends when its input does.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long calls;
static int done[2];

static void *work(__attribute__((unused)) void *argument)
{
    char byte = 0;

    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    if (write(done[1], &byte, 1) != 1)
        abort();
    pause();
    return NULL;
}

static int start(int is_thread)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pid_t child;

    if (is_thread) {
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 64 << 10);
        return pthread_create(&thread, &attributes, work, NULL);
    }
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        work(NULL);
    }
    return child < 0;
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? atol(argv[2]) : 0;
    char byte;

    if (count < 1 || pipe(done) != 0)
        return 2;
    calls = atol(argv[3]);
    for (long i = 0; i < count; i++) {
        if (start(!strcmp(argv[1], "threads")) != 0) {
            perror("many-tasks");
            return 1;
        }
    }
    for (long i = 0; i < count; i++)
        if (read(done[0], &byte, 1) != 1)
            return 1;
    puts("ready");
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    return 0;
}
