/*
 * The few system calls that Swift can't make: fork, and calls that glibc does not declare.
 * Functions return what the system call returns, -1 with errno set on failure, unless they say otherwise.
 */
#ifndef SYSLAT_CLINUX_H
#define SYSLAT_CLINUX_H

#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <termios.h>

/* As whom a program runs. */
struct clinux_user {
    uid_t uid;
    gid_t gid;
    const gid_t *_Nullable groups;
    int group_count;
};

/* The byte that a child with a gate writes: it waits there, or it may not become the user (an errno follows). */
enum { CLINUX_AT_GATE = 1, CLINUX_NO_SUCH_USER };

/*
 * A program to start. If it dies with its caller, it blocks no signal and ignores none that this process ignores. Otherwise it gets
 * what this process was started with: blocked and ignored signals, and limits.
 */
struct clinux_program {
    const char *_Nonnull path;
    char *_Nullable const *_Nonnull argv;
    char *_Nullable const *_Nonnull envp;
    /* The program gets descriptors[i] as its descriptor i, and no other. Null: all descriptors of the caller that are not close-on-exec. */
    const int *_Nullable descriptors;
    int descriptor_count;
    /*
     * The child dies with the thread that starts it, however that ends (PR_SET_PDEATHSIG), and leads a session of its own: a terminal's
     * signals go to the caller alone.
     */
    int dies_with_caller;
    /*
     * A pipe where the child waits for one byte before it becomes the program; -1, -1 for no wait. It reads gate_read and closes
     * gate_write: end of file there ends the child, so it can't outlive a caller that fails meanwhile.
     */
    int gate_read;
    int gate_write;
    /* A child with a gate writes one byte here before it waits. If execve fails, its errno (an int) follows. Close-on-exec. */
    int status;
    /* Null: as the caller. */
    const struct clinux_user *_Nullable user;
    /*
     * The program gets no capabilities, now or later, and becomes `user` only if the caller is root and stays_root is 0. Where that user
     * can't be (in a user namespace that has no such id), it goes on without capabilities.
     */
    int is_confined;
    int stays_root;
    /* RLIMIT_FSIZE of a confined program. */
    uint64_t largest_file;
};

/* Forks, and execve(2) in the child. Returns the child's process id; `status` tells whether execve succeeded. */
pid_t clinux_spawn(const struct clinux_program *_Nonnull program);

/* mount(2) of a file system without a device, with the type's own name as its source and no options. */
int clinux_mount(const char *_Nonnull type, const char *_Nonnull folder);

/*
 * fsopen(2) and fsmount(2): mounts such a file system, but nowhere. Nobody else sees it, and it goes away with the descriptor of its root folder
 * that is returned. Close-on-exec. EPERM without CAP_SYS_ADMIN. Kernel: 5.2.
 */
int clinux_mount_nowhere(const char *_Nonnull type);

/* Switches the loopback interface on (netdevice(7)). 0, or -1 with errno. */
int clinux_bring_up_loopback(void);

/* reboot(2): switches the machine off. Returns only on failure. */
int clinux_power_off(void);

/* memfd_create(2), close-on-exec: a file without a name, which is gone when its last descriptor is closed. */
int clinux_unnamed_file(const char *_Nonnull label);

/* Whether names can be added to a folder, and not removed (FS_APPEND_FL of ioctl_iflags(2)). 0 if that isn't known. */
int clinux_folder_only_grows(int folder);

/* open(2) of a folder for system calls that begin there, close-on-exec. It needs no permission to read the folder. */
int clinux_open_folder(const char *_Nonnull path);

/* openat(2) of whatever has the name, a link itself, for system calls that begin there; close-on-exec. */
int clinux_open_name(int folder, const char *_Nonnull name);

/*
 * How clinux_find follows links. Below the folder: as if that were the root, so nothing leads out (RESOLVE_IN_ROOT), and not over links of
 * /proc that jump elsewhere. No links: ELOOP for any link on the way or at its end, EXDEV for a way out (RESOLVE_BENEATH).
 */
enum clinux_links { CLINUX_LINKS_ANYWHERE, CLINUX_LINKS_BELOW, CLINUX_NO_LINKS };

/*
 * open(2) with O_PATH: finds a file without opening it, so no device or FIFO notices; close-on-exec. A path that begins with a slash begins at
 * the folder if links must stay below it. ENOSYS before Linux 5.6, except for links anywhere. Source: openat2(2).
 */
int clinux_find(int folder, const char *_Nonnull path, enum clinux_links links);

/* pipe2(2), close-on-exec: `ends` gets the reading and the writing end. */
int clinux_pipe(int ends[_Nonnull 2]);

/* pidfd_open(2); close-on-exec. Linux 5.3. */
int clinux_pidfd_open(pid_t pid);

/* epoll_create1(2), close-on-exec. */
int clinux_epoll_create(void);

/* Adds a descriptor for reading, as its own tag; edge-triggered or not. */
int clinux_epoll_add(int epoll, int descriptor, int edge_triggered);

/* Removes a descriptor. */
int clinux_epoll_remove(int epoll, int descriptor);

/* Waits for one of them; returns it, or -1 when time is up or a signal came. */
int clinux_epoll_wait(int epoll, int milliseconds);

/* signalfd(2) for the signals in `mask`; close-on-exec, does not block. */
int clinux_signalfd(const sigset_t *_Nonnull mask);

/*
 * timerfd_create(2) with CLOCK_MONOTONIC, close-on-exec, not blocking: readable at `first_ns` of that clock and then every `every_ns`;
 * only once if that is 0.
 */
int clinux_timer(uint64_t first_ns, uint64_t every_ns);

/* statfs(2): 1 if the path is on a cgroup (v2) file system, 0 if it is on another, -1 if there is none. */
int clinux_is_cgroup2(const char *_Nonnull path);

/*
 * Waits until every program that was running in the kernel without being preemptible has finished:
 * membarrier(MEMBARRIER_CMD_GLOBAL) is synchronize_rcu (kernel/sched/membarrier.c). EINVAL on nohz_full kernels.
 */
int clinux_wait_for_kernel_readers(void);

/* The calling thread's id. */
pid_t clinux_gettid(void);

/* getppid(2), always entering the kernel: the call that does nothing. */
pid_t clinux_null_call(void);

/* Gives the calling thread the name that it has: a call that passes the tracepoint task_rename. */
void clinux_rename_to_itself(void);

/*
 * perf_event_open(2): the CPU clock of one CPU, a sample each `period_ns` of user code, switched off until it is enabled.
 * Close-on-exec. EACCES or EPERM if perf_event_paranoid or a sandbox forbids it, ENOENT or ENOSYS if the kernel has none.
 */
int clinux_open_cpu_clock(int cpu, uint64_t period_ns);

/*
 * perf_event_open(2): a tracepoint, by the number of its event, switched off until it is enabled. A program attached to it runs on every CPU,
 * whichever is named here. Close-on-exec. Errors as above.
 */
int clinux_open_tracepoint(uint64_t number, int cpu);

/* PERF_EVENT_IOC_PERIOD: sets the time between two samples. */
int clinux_set_perf_period(int descriptor, uint64_t period_ns);

/* PERF_EVENT_IOC_ENABLE and PERF_EVENT_IOC_DISABLE. */
int clinux_switch_perf_event(int descriptor, int on);

/* The macros of wait(2). */
int clinux_wexitstatus(int status);
int clinux_wifsignaled(int status);
int clinux_wtermsig(int status);

/* The capabilities in force of the calling thread, a bit for each (capget(2)); 0 if the kernel tells none. */
uint64_t clinux_capabilities(void);

/* Those that it could put in force. */
uint64_t clinux_permitted_capabilities(void);

/* capset(2) of the calling thread: puts these in force, and keeps those for later. None is inherited. */
int clinux_set_capabilities(uint64_t effective, uint64_t permitted);

/* No program that the calling thread starts gets more than the thread has: PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_SET_NO_NEW_PRIVS. */
void clinux_forgo_privileges(void);

/* Sends a message to a socket of the service manager, which has a path or, after an @, a name (sd_notify(3)). Never waits. */
int clinux_notify(const char *_Nonnull path, const char *_Nonnull message);

/* Whether a descriptor is a socket that listens: SO_ACCEPTCONN of socket(7). */
int clinux_listens(int descriptor);

/* The arguments that this program was started with, its name among them. Swift's own CommandLine reads /proc, which may be missing. */
int clinux_argument_count(void);
const char *_Nonnull clinux_argument(int index);

/*
 * To be called first. Takes back what the start of the Swift runtime needed in the environment, which a child would inherit, and the
 * handlers of its crash reporter. Ignores SIGPIPE and SIGXFSZ, so that write(2) fails instead.
 */
void clinux_begin(void);

/* Whether this process was started with a signal ignored: SIGHUP, SIGPIPE, SIGXFSZ or SIGCHLD. */
int clinux_was_ignored(int signal);

/* In a child before execve: the blocked signals, the ignored signals and the limits that this process was started with. */
void clinux_restore_start(void);

/* Ends this process by a signal, even if it is ignored or blocked. */
void clinux_die_of(int signal) __attribute__((noreturn));

/*
 * Gives a terminal back: sends `bytes`, and makes `input`, where keys come from, what it was. Also from a handler of signals, and in the
 * background. What the terminal doesn't take in 0.2 s is not sent.
 */
void clinux_restore_terminal(int input, int output, const struct termios *_Nonnull settings, const void *_Nonnull bytes,
                             size_t length);

/*
 * From now on a signal that kills this process, such as a crash, SIGQUIT or SIGUSR1, gives the terminal back first. One terminal at a time, and
 * CLINUX_MOST_BYTES at most.
 */
enum { CLINUX_MOST_BYTES = 128 };
void clinux_guard_terminal(int input, int output, const struct termios *_Nonnull settings, const void *_Nonnull bytes,
                           size_t length);
void clinux_unguard_terminal(void);

/* Whether this process may use the terminal now: it is in the foreground, or the terminal doesn't control it (tcgetpgrp(3)). */
int clinux_has_foreground(int terminal);

/*
 * Stops the processes of this process group, or this one alone, as Ctrl-Z does (SIGTSTP), even if the signal is blocked here. Returns when
 * they go on; at once if no shell could let them go on (an orphaned process group).
 */
void clinux_stop_group(int is_alone);

#endif
