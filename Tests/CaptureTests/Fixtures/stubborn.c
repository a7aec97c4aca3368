/* stubborn [STATUS]: sleeps for 20 s and takes no notice of SIGINT and SIGTERM, or exits with STATUS when one of them comes. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int status;

static void leave(int signal)
{
    (void)signal;
    _exit(status);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        status = atoi(argv[1]);
    signal(SIGINT, argc > 1 ? leave : SIG_IGN);
    signal(SIGTERM, argc > 1 ? leave : SIG_IGN);
    sleep(20);
    return 0;
}
