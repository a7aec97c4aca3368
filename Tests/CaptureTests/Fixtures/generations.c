/*
 * generations DEPTH CALLS: a process makes CALLS getppid, forks a child that does the same, and so on, DEPTH processes in all;
 * each waits for its own child. DEPTH * CALLS getppid, DEPTH - 1 fork, DEPTH - 1 wait4.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long depth = argc > 2 ? atol(argv[1]) : 1, calls = argc > 2 ? atol(argv[2]) : 1;

    for (;;) {
        int status = 0;
        pid_t child;

        for (long i = 0; i < calls; i++)
            syscall(SYS_getppid);
        if (--depth == 0)
            _exit(0);
        child = syscall(SYS_fork);
        if (child == 0)
            continue;
        if (child < 0 || syscall(SYS_wait4, child, &status, 0, NULL) != child)
            _exit(1);
        _exit(status != 0);
    }
}
