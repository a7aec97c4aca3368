#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t clinux_spawn_gated(const char *path, char *const *argv, char *const *envp, int gate_read, int gate_write, int status_write,
                         const sigset_t *mask)
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

/* What the child of clinux_spawn does. Only calls that are safe after the fork of a program with threads. */
static void become(const char *path, char *const *argv, char *const *envp, const int *descriptors, int count, pid_t parent,
                   int status_write)
{
    enum { most = 16 };
    int moved[most], error;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    /* A parent that ended before the prctl sends nothing any more. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return;
    /* First out of the way, since one's place may be another's number. */
    status_write = fcntl(status_write, F_DUPFD_CLOEXEC, count);
    errno = EMFILE;
    for (int i = 0; i < count && i < most; i++)
        moved[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, count);
    for (int i = 0; i < count; i++)
        if (i == most || dup2(moved[i], i) < 0)
            goto refused;
    /* Linux 5.11: without it those stay that somebody opened without close-on-exec. */
    syscall(SYS_close_range, count, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(path, argv, envp);
refused:
    error = errno;
    (void)!write(status_write, &error, sizeof(error));
}

pid_t clinux_spawn(const char *path, char *const *argv, char *const *envp, const int *descriptors, int count)
{
    pid_t parent = getpid(), child;
    int status[2], error = 0;
    ssize_t size;

    if (pipe2(status, O_CLOEXEC) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        become(path, argv, envp, descriptors, count, parent, status[1]);
        _exit(126);
    }
    error = errno;
    close(status[1]);
    /* End of file means that execve closed the other end: it succeeded. */
    while (child > 0 && (size = read(status[0], &error, sizeof(error))) < 0 && errno == EINTR)
        ;
    close(status[0]);
    if (child > 0 && size == 0)
        return child;
    if (child > 0)
        waitpid(child, NULL, 0);
    errno = error;
    return -1;
}

int clinux_mount(const char *type, const char *folder)
{
    return mount(type, folder, type, 0, NULL);
}

int clinux_bring_up_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

    if (file < 0)
        return -1;
    result = ioctl(file, SIOCSIFFLAGS, &request);
    close(file);
    return result;
}

int clinux_power_off(void)
{
    return reboot(RB_POWER_OFF);
}

int clinux_unnamed_file(const char *label)
{
    return memfd_create(label, MFD_CLOEXEC);
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

int clinux_open_cpu_clock(int cpu, uint64_t period_ns)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attributes),
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .sample_period = period_ns,
        .disabled = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .exclude_idle = 1,
    };

    return syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int clinux_set_perf_period(int descriptor, uint64_t period_ns)
{
    return ioctl(descriptor, PERF_EVENT_IOC_PERIOD, &period_ns);
}

int clinux_switch_perf_event(int descriptor, int on)
{
    return ioctl(descriptor, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
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
