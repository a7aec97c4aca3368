/* signal_handler N: sends itself N signals that have a handler: N kill, N rt_sigreturn. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1;
    pid_t self = getpid();

    signal(SIGUSR1, handle);
    for (long i = 0; i < count; i++)
        kill(self, SIGUSR1);
    return handled == count ? 0 : 1;
}
