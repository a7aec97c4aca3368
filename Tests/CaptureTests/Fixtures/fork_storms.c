/*
 * fork_storms STORMS N CALLS: STORMS processes at once, each of which starts N children, one after the other; each child makes CALLS getppid
 * and ends. STORMS + STORMS * N fork, STORMS * N * CALLS getppid.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int storm(long count, long calls)
{
    while (count-- > 0) {
        pid_t child = syscall(SYS_fork);
        int status;

        if (child == 0) {
            while (calls-- > 0)
                syscall(SYS_getppid);
            _exit(0);
        }
        if (child < 0 || syscall(SYS_wait4, child, &status, 0, NULL) != child || status != 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int storms = argc > 3 ? atoi(argv[1]) : 0, failures = 0, status;

    for (int i = 0; i < storms; i++) {
        pid_t child = syscall(SYS_fork);

        if (child == 0)
            _exit(storm(atol(argv[2]), atol(argv[3])));
        failures += child < 0;
    }
    while (wait(&status) > 0)
        failures += status != 0;
    return failures != 0;
}
