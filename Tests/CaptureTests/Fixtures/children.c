/*
 * children KIND N CALLS: N children, one after the other, made by the call KIND (fork, vfork, clone or clone3). Each makes
 * CALLS getppid and ends; the parent waits for it by one wait4. N KIND, N * CALLS getppid.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_child(long calls)
{
    while (calls-- > 0)
        syscall(SYS_getppid);
    _exit(0);
}

int main(int argc, char **argv)
{
    struct clone_args how = {.exit_signal = SIGCHLD};
    long count = argc > 3 ? atol(argv[2]) : 0, calls = argc > 3 ? atol(argv[3]) : 0;

    for (long i = 0; i < count; i++) {
        pid_t child;
        int status;

        if (!strcmp(argv[1], "vfork")) {
            /* Through the library: the child shares the stack that a wrapper would return on. */
            child = vfork();
#ifdef SYS_fork /* arm64 has none */
        } else if (!strcmp(argv[1], "fork")) {
            child = syscall(SYS_fork);
#endif
        } else if (!strcmp(argv[1], "clone")) {
            child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
        } else {
            child = syscall(SYS_clone3, &how, sizeof(how));
        }
        if (child == 0)
            be_child(calls);
        if (child < 0 || syscall(SYS_wait4, child, &status, 0, NULL) != child || status != 0)
            return 1;
    }
    return 0;
}
