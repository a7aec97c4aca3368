/*
 * host_settings PARANOIA MODE COMMAND...: sets kernel.perf_event_paranoid, mounts tracefs at /sys/kernel/tracing with that mode (octal; - for no
 * mount), and becomes COMMAND. For guests.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRACEFS "/sys/kernel/tracing"

int main(int argc, char **argv)
{
    int file = open("/proc/sys/kernel/perf_event_paranoid", O_WRONLY);

    if (argc < 4 || file < 0 || write(file, argv[1], strlen(argv[1])) < 0)
        return 125;
    close(file);
    if (strcmp(argv[2], "-") &&
        ((mount("tracefs", TRACEFS, "tracefs", 0, NULL) && errno != EBUSY) || chmod(TRACEFS, strtol(argv[2], NULL, 8))))
        return 125;
    execv(argv[3], argv + 3);
    return 127;
}
