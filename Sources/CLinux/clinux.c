#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t clinux_spawn_gated(const char *path, char *const *argv, char *const *envp, int gate_read, int gate_write,
                         int status_write, const sigset_t *mask)
{
    pid_t child = fork();
    char byte = 1;
    int error;

    if (child != 0)
        return child;
    close(gate_write);
    sigprocmask(SIG_SETMASK, mask, NULL);
    (void)!write(status_write, &byte, 1);
    /* From here to execve the child makes this one call: the report shows it as begun before. */
    if (read(gate_read, &byte, 1) != 1)
        _exit(127);
    execve(path, argv, envp);
    error = errno;
    (void)!write(status_write, &error, sizeof(error));
    _exit(126);
}

int clinux_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

int clinux_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int clinux_epoll_create(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

int clinux_epoll_add(int epoll, int descriptor, int edge_triggered)
{
    struct epoll_event event = {.events = EPOLLIN | (edge_triggered ? EPOLLET : 0), .data.fd = descriptor};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor)
{
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int clinux_epoll_wait(int epoll, int milliseconds)
{
    struct epoll_event event;

    return epoll_wait(epoll, &event, 1, milliseconds) > 0 ? event.data.fd : -1;
}

int clinux_signalfd(const sigset_t *mask)
{
    return signalfd(-1, mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_is_cgroup2(const char *path)
{
    struct statfs info;

    if (statfs(path, &info) != 0)
        return -1;
    return info.f_type == CGROUP2_SUPER_MAGIC;
}

int clinux_wait_for_kernel_readers(void)
{
    return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

pid_t clinux_gettid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

pid_t clinux_null_call(void)
{
    return (pid_t)syscall(SYS_getppid);
}

int clinux_wexitstatus(int status)
{
    return WEXITSTATUS(status);
}

int clinux_wifsignaled(int status)
{
    return WIFSIGNALED(status);
}

int clinux_wtermsig(int status)
{
    return WTERMSIG(status);
}
