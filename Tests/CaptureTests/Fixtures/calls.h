/* The body of calls.s64.c and calls.s32.c, which differ in the ABI they are compiled for. */
#include "freestanding.h"

int run(int argc, char **argv, char **envp)
{
    long count = number(argc, argv, 1);

    for (long i = 0; i < count; i++) {
        native(getppid, 0, 0, 0, 0, 0);
        native(write, -1, 0, 0, 0, 0);
    }
    if (argc < 4)
        return 0;
    /* execve or execveat */
    if (argv[2][5] == 'e' && argv[2][6] == 'a')
        native(execveat, AT_FDCWD, (long)argv[3], (long)(argv + 3), (long)envp, 0);
    else
        native(execve, (long)argv[3], (long)(argv + 3), (long)envp, 0, 0);
    return 127;
}
