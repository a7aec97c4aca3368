/*
 * refusers KIND: calls that never enter the kernel, each kind in its own way.
 *
 *   filter      a seccomp filter: 1,000 clone3 get ENOSYS and 500 getuid EPERM; 300 getppid are made
 *   trap        a seccomp filter raises SIGSYS for 20 getuid
 *   supervisor  a thread answers for a seccomp filter: 100 getuid get 42, then 50 get EACCES, then 25 are made
 *   tracer      a ptrace tracer: 60 getppid get EPERM, then 30 are made
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_TO(number, answer) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, (answer))

enum { ANSWERED = 100, DENIED = 50, LET_THROUGH = 25 };

/* Installs a filter; returns a descriptor if `flags` ask for one. */
static int install(unsigned flags, struct sock_filter *filter, unsigned short length)
{
    struct sock_fprog program = {.len = length, .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -1;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int by_filter(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ANSWER_TO(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS),
        ANSWER_TO(SYS_getuid, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    if (install(0, filter, sizeof(filter) / sizeof(*filter)))
        return 1;
    for (int i = 0; i < 1000; i++)
        syscall(SYS_clone3, 0, 0);
    for (int i = 0; i < 500; i++)
        syscall(SYS_getuid);
    for (int i = 0; i < 300; i++)
        syscall(SYS_getppid);
    return 0;
}

static void ignore(int signal)
{
    (void)signal;
}

static int by_trap(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ANSWER_TO(SYS_getuid, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    signal(SIGSYS, ignore);
    if (install(0, filter, sizeof(filter) / sizeof(*filter)))
        return 1;
    for (int i = 0; i < 20; i++)
        syscall(SYS_getuid);
    return 0;
}

static int listener;

static void *supervise(void *unused)
{
    for (int i = 0; i < ANSWERED + DENIED + LET_THROUGH; i++) {
        struct seccomp_notif request = {0};
        struct seccomp_notif_resp response = {0};

        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
            return unused;
        response.id = request.id;
        if (i < ANSWERED)
            response.val = 42;
        else if (i < ANSWERED + DENIED)
            response.error = -EACCES;
        else
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
    return unused;
}

static int by_supervisor(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ANSWER_TO(SYS_getuid, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    pthread_t thread;
    int answered = 0, denied = 0;

    listener = install(SECCOMP_FILTER_FLAG_NEW_LISTENER, filter, sizeof(filter) / sizeof(*filter));
    if (listener < 0 || pthread_create(&thread, NULL, supervise, NULL))
        return 1;
    for (int i = 0; i < ANSWERED + DENIED + LET_THROUGH; i++) {
        long result = syscall(SYS_getuid);

        answered += result == 42;
        denied += result == -1 && errno == EACCES;
    }
    pthread_join(thread, NULL);
    return answered == ANSWERED && denied == DENIED ? 0 : 1;
}

#if defined(__x86_64__)
static int by_tracer(void)
{
    struct user_regs_struct registers;
    int status;
    pid_t child = fork();

    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        for (int i = 0; i < 60; i++)
            syscall(SYS_getppid);
        raise(SIGSTOP);
        for (int i = 0; i < 30; i++)
            syscall(SYS_getppid);
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child)
        return 1;
    /* With SYSEMU the kernel makes no call: it stops before each, and the tracer sets the result. */
    for (int i = 0; i < 60;) {
        if (ptrace(PTRACE_SYSEMU, child, 0, 0) || waitpid(child, &status, 0) != child ||
            ptrace(PTRACE_GETREGS, child, 0, &registers))
            return 1;
        if (registers.orig_rax != SYS_getppid)
            return 1;
        registers.rax = -EPERM;
        if (ptrace(PTRACE_SETREGS, child, 0, &registers))
            return 1;
        i++;
    }
    ptrace(PTRACE_CONT, child, 0, 0);
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return 1;
    ptrace(PTRACE_CONT, child, 0, 0);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
#else
static int by_tracer(void)
{
    return 1;
}
#endif

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (!strcmp(kind, "filter"))
        return by_filter();
    if (!strcmp(kind, "trap"))
        return by_trap();
    if (!strcmp(kind, "supervisor"))
        return by_supervisor();
    if (!strcmp(kind, "tracer"))
        return by_tracer();
    return 1;
}
