/*
 * interrupted KIND K: reads one byte from standard input, its gate, and then sleeps in calls that K signals interrupt. A helper
 * that was forked before the gate sends each of them only after it has seen the program asleep. KIND is
 *   restart: one read with SA_RESTART, which a byte of the helper's ends: K + 1 read, since each restart is a call again;
 *   read, epoll, pause, nanosleep: K of these calls, each interrupted by a signal with a handler;
 *   stop: one nanosleep of 300 ms that SIGSTOP and SIGCONT interrupt once (K is 1): the rest is one restart_syscall.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile long *handled;

static void handle(int signal)
{
    (void)signal;
    ++*handled;
}

/* Whether the process sleeps in this call: the kernel shows the number of a sleeping thread's call only. */
static int sleeps_in(pid_t pid, const char *call)
{
    char name[64], text[256] = "";
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%d/syscall", pid);
    file = fopen(name, "r");
    if (!file)
        exit(0);
    (void)!fgets(text, sizeof(text), file);
    fclose(file);
    return !strncmp(text, call, strlen(call));
}

static int is_stopped(pid_t pid)
{
    char name[64], state = 0;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%d/stat", pid);
    file = fopen(name, "r");
    if (!file)
        exit(0);
    (void)!fscanf(file, "%*d (%*[^)]) %c", &state);
    fclose(file);
    return state == 'T';
}

static void help(pid_t target, const char *kind, const char *call, long count, int end)
{
    for (long i = 0; i < count; i++) {
        while (*handled < i || !sleeps_in(target, call))
            usleep(500);
        if (strcmp(kind, "stop")) {
            kill(target, SIGUSR1);
            continue;
        }
        kill(target, SIGSTOP);
        while (!is_stopped(target))
            usleep(500);
        kill(target, SIGCONT);
    }
    if (!strcmp(kind, "restart")) {
        while (*handled < count || !sleeps_in(target, call))
            usleep(500);
        (void)!write(end, "", 1);
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 2 ? argv[1] : "";
    long count = argc > 2 ? atol(argv[2]) : 0;
    struct timespec time = {.tv_sec = 60};
    struct sigaction action = {.sa_handler = handle};
    int is_stop = !strcmp(kind, "stop"), ends[2], epoll = epoll_create1(0);
    char call[32], byte;

    handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (handled == MAP_FAILED || pipe(ends) || epoll < 0)
        return 126;
    snprintf(call, sizeof(call), "%d %s",
             !strcmp(kind, "epoll")                  ? SYS_epoll_wait
             : !strcmp(kind, "pause")                ? SYS_pause
             : is_stop || !strcmp(kind, "nanosleep") ? SYS_nanosleep
                                                     : SYS_read,
             "0x");
    if (!strcmp(kind, "restart") || !strcmp(kind, "read"))
        snprintf(call, sizeof(call), "%d 0x%x ", SYS_read, ends[0]);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        help(getppid(), kind, call, count, ends[1]);
    }
    if (!strcmp(kind, "restart"))
        action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    if (read(0, &byte, 1) != 1)
        return 126;
    if (!strcmp(kind, "restart"))
        return read(ends[0], &byte, 1) == 1 && *handled == count ? 0 : 1;
    if (is_stop) {
        time = (struct timespec){.tv_nsec = 300000000};
        return syscall(SYS_nanosleep, &time, NULL) == 0 ? 0 : 1;
    }
    while (*handled < count) {
        struct epoll_event event;

        if (!strcmp(kind, "read"))
            syscall(SYS_read, ends[0], &byte, 1);
        else if (!strcmp(kind, "epoll"))
            syscall(SYS_epoll_wait, epoll, &event, 1, -1);
        else if (!strcmp(kind, "pause"))
            syscall(SYS_pause);
        else
            syscall(SYS_nanosleep, &time, NULL);
    }
    return 0;
}
