/*
 * killed_children N CALLS: N children, one after the other. Each makes CALLS getppid, writes one byte to its parent and goes to
 * sleep in pause, where the parent kills it. N fork, N * CALLS getppid, N kill, N wait4, N read and N write.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0, calls = argc > 2 ? atol(argv[2]) : 0;
    int ends[2];

    if (pipe(ends))
        return 1;
    for (long i = 0; i < count; i++) {
        pid_t child = syscall(SYS_fork);
        char byte;

        if (child == 0) {
            for (long j = 0; j < calls; j++)
                syscall(SYS_getppid);
            (void)!write(ends[1], "", 1);
            for (;;)
                pause();
        }
        if (child < 0 || syscall(SYS_read, ends[0], &byte, 1) != 1 || kill(child, SIGKILL) ||
            syscall(SYS_wait4, child, NULL, 0, NULL) != child)
            return 1;
    }
    return 0;
}
