/*
 * limited MEBIBYTES COMMAND ARGUMENT...: executes the command in a cgroup (v2) that may have so much memory. For
 * guests: it makes one below /sys/fs/cgroup, or uses that of the last time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "/sys/fs/cgroup/limited"

static void put(const char *path, const char *text)
{
    int file = open(path, O_WRONLY);

    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) {
        perror(path);
        exit(125);
    }
    close(file);
}

int main(int argc, char **argv)
{
    char limit[32];

    if (argc < 3)
        return 126;
    put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
    if (mkdir(GROUP, 0755) && errno != EEXIST)
        return 125;
    snprintf(limit, sizeof(limit), "%sM", argv[1]);
    put(GROUP "/memory.max", limit);
    put(GROUP "/cgroup.procs", "0");
    execv(argv[2], argv + 2);
    return 127;
}
