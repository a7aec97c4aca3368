#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* Gives the child its descriptors, and moves `status` out of their way. 0, or -1 with errno. */
static int place_descriptors(const struct clinux_program *program, int *status)
{
    enum { most = 16 };
    int moved[most], count = program->descriptor_count;

    errno = EMFILE;
    if (count > most)
        return -1;
    /* Move all of them out of the way first: the place of one may be the number of another. */
    *status = fcntl(program->status, F_DUPFD_CLOEXEC, count);
    for (int i = 0; i < count; i++)
        moved[i] = fcntl(program->descriptors[i], F_DUPFD_CLOEXEC, count);
    for (int i = 0; i < count; i++)
        if (dup2(moved[i], i) < 0)
            return -1;
    /* Linux 5.11. Without it, descriptors that were opened without close-on-exec stay open. */
    syscall(SYS_close_range, count, ~0U, CLOSE_RANGE_CLOEXEC);
    return 0;
}

/*
 * Makes the child a process of that user, with no capabilities but those that the kernel gives root. 0, or -1 with errno. By system
 * call: the functions of glibc want to do it in every thread, and the child has only this one.
 */
static int take_user(const struct clinux_user *user)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    if (syscall(SYS_setgroups, (size_t)user->group_count, user->groups) ||
        syscall(SYS_setresgid, user->gid, user->gid, user->gid) || syscall(SYS_setresuid, user->uid, user->uid, user->uid))
        return -1;
    /* Linux 4.3. What root may bequeath is no business of the user's either. */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return user->uid == 0 ? 0 : (int)syscall(SYS_capset, &header, none);
}

/*
 * Cuts the child off from what the caller has open: its terminal, into which a program could type for it (TIOCSTI of ioctl_tty(2)), and its
 * descriptors but the standard ones, the gate and the status, which execve closes as well.
 */
static void cut_off(void)
{
    setsid();
    /* Linux 5.11. */
    if (syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int file = 3; file < 65536; file++)
        fcntl(file, F_SETFD, FD_CLOEXEC);
}

/* Takes away all that a program could get more than its user has. 0, or -1 with errno. */
static int confine(const struct clinux_program *program)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    struct rlimit limit = {.rlim_cur = program->largest_file, .rlim_max = program->largest_file};

    /* Without the bounding set, execve gives no capabilities to root either. EINVAL: the kernel has no more of them. */
    for (unsigned long capability = 0; capability < 64; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno == EINVAL)
            break;
    if (program->user && geteuid() == 0 && !program->stays_root)
        take_user(program->user);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none))
        return -1;
    if (program->largest_file != UINT64_MAX && setrlimit(RLIMIT_FSIZE, &limit))
        return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Runs in the child: only calls that are safe after the fork of a program with threads. */
static void become(const struct clinux_program *program, pid_t parent)
{
    int status = program->status, error;
    char byte = CLINUX_AT_GATE;
    sigset_t none;

    if (program->gate_write >= 0)
        close(program->gate_write);
    if (program->dies_with_caller) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        signal(SIGPIPE, SIG_DFL);
        signal(SIGXFSZ, SIG_DFL);
        setsid();
        if (program->is_confined && confine(program))
            goto failed;
        /* After the change of users, which forgets it. A parent that ended before the prctl sends no signal. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
            _exit(126);
    } else {
        clinux_restore_start();
    }
    if (program->user && !program->is_confined) {
        cut_off();
        if (take_user(program->user)) {
            error = errno;
            byte = CLINUX_NO_SUCH_USER;
            (void)!write(status, &byte, 1);
            (void)!write(status, &error, sizeof(error));
            _exit(126);
        }
    }
    if (program->descriptors && place_descriptors(program, &status) != 0)
        goto failed;
    if (program->gate_read >= 0) {
        (void)!write(status, &byte, 1);
        /* From here to execve the child makes this one call: the report shows it as begun before. */
        if (read(program->gate_read, &byte, 1) != 1)
            _exit(127);
    }
    execve(program->path, program->argv, program->envp);
failed:
    error = errno;
    (void)!write(status, &error, sizeof(error));
    _exit(126);
}

pid_t clinux_spawn(const struct clinux_program *program)
{
    pid_t parent = getpid(), child = fork();

    if (child == 0)
        become(program, parent);
    return child;
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

int clinux_folder_only_grows(int folder)
{
    int file = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags = 0, result;

    if (file < 0)
        return 0;
    result = ioctl(file, FS_IOC_GETFLAGS, &flags) == 0 && flags & FS_APPEND_FL;
    close(file);
    return result;
}

int clinux_open_folder(const char *path)
{
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int clinux_open_name(int folder, const char *name)
{
    return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int clinux_find(int folder, const char *path, enum clinux_links links)
{
    static const unsigned long long resolve[] = {
        [CLINUX_LINKS_BELOW] = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        [CLINUX_NO_LINKS] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    struct open_how how = {.flags = O_PATH | O_CLOEXEC};

    if (links == CLINUX_LINKS_ANYWHERE)
        return openat(folder, path, O_PATH | O_CLOEXEC);
    how.resolve = resolve[links];
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
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

int clinux_timer(uint64_t first_ns, uint64_t every_ns)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = first_ns / 1000000000, .tv_nsec = first_ns % 1000000000},
        .it_interval = {.tv_sec = every_ns / 1000000000, .tv_nsec = every_ns % 1000000000},
    };
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), error;

    if (timer < 0 || timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) == 0)
        return timer;
    error = errno;
    close(timer);
    errno = error;
    return -1;
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

void clinux_rename_to_itself(void)
{
    char name[16] = {0}; /* TASK_COMM_LEN */

    if (prctl(PR_GET_NAME, name) == 0)
        prctl(PR_SET_NAME, name);
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

int clinux_open_tracepoint(uint64_t number, int cpu)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof(attributes),
        .config = number,
        .sample_period = 1,
        .disabled = 1,
    };

    return syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int clinux_mount_nowhere(const char *type)
{
    int context = fsopen(type, FSOPEN_CLOEXEC), folder = -1, error;

    if (context < 0)
        return -1;
    if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        folder = fsmount(context, FSMOUNT_CLOEXEC, 0);
    error = errno;
    close(context);
    errno = error;
    return folder;
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

uint64_t clinux_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    if (syscall(SYS_capget, &header, data))
        return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}
