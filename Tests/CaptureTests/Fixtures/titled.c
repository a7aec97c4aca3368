/*
 * titled TITLE CALLS: reads one byte from standard input, its gate. Then it makes CALLS getppid, writes TITLE where its arguments and
 * its environment were, as servers do, makes CALLS getppid again, and sleeps until a signal ends it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **arguments, char **environment)
{
    char byte, title[4096];
    char *end = arguments[0];
    long calls;

    if (count < 3)
        return 2;
    strncpy(title, arguments[1], sizeof(title) - 1);
    calls = atol(arguments[2]);
    (void)!read(0, &byte, 1);
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    while (*environment)
        end = *environment++;
    end += strlen(end);
    memset(arguments[0], 0, end - arguments[0]);
    if ((long)strlen(title) < end - arguments[0])
        strcpy(arguments[0], title);
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    for (;;)
        pause();
}
