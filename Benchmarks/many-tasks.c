/*
 * many-tasks threads|processes N CALLS [PAUSE]: N tasks that are there at the same time, each of which makes CALLS getppid. Prints a line when
 * all have made them, and ends when its input does. With PAUSE, each of them makes 30 kinds of calls before, and again every PAUSE milliseconds.
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

/* Calls that refuse a descriptor of -1, or do nothing. */
static const long kinds[] = {
    SYS_read,    SYS_write,  SYS_close,  SYS_fstat,  SYS_lseek,     SYS_pread64,     SYS_pwrite64,   SYS_readv,
    SYS_writev,  SYS_dup,    SYS_getpid, SYS_sendto, SYS_recvfrom,  SYS_sendmsg,     SYS_shutdown,   SYS_listen,
    SYS_recvmsg, SYS_fcntl,  SYS_flock,  SYS_fsync,  SYS_fdatasync, SYS_getsockname, SYS_getdents64, SYS_fchdir,
    SYS_fchmod,  SYS_fchown, SYS_getuid, SYS_getgid, SYS_geteuid,   SYS_getegid,
};
static long calls, milliseconds;
static int done[2];

static void make_each_kind(void)
{
    for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        syscall(kinds[k], -1L, 0L, 0L, 0L, 0L, 0L);
}

static void *work(__attribute__((unused)) void *argument)
{
    char byte = 0;

    if (milliseconds > 0)
        make_each_kind();
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    if (write(done[1], &byte, 1) != 1)
        abort();
    while (milliseconds > 0) {
        usleep(milliseconds * 1000);
        make_each_kind();
    }
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
    milliseconds = argc > 4 ? atol(argv[4]) : 0;
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
