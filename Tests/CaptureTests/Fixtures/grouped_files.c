// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * grouped_files FOLDER COUNT: known numbers of calls on known files. 100 preads of FOLDER/read, 50 of them at an offset that is refused;
 * 70 pwrites of FOLDER/gone, whose name is removed after the first; 30 writes to a pipe and 30 reads from it; 20 sends through a pair of UNIX
 * sockets; then one pwrite of each of COUNT files FOLDER/many-0 and so on. Two of these are slow: many-14000 and many-14001 are locked for 25 ms
 * by a child while the program waits. Closes every descriptor that it opens, except the first ones.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static char path[4096];

static int opened(const char *folder, const char *name)
{
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        exit(1);
    return fd;
}

/* A flock that waits 25 ms. The child opens the file itself: a lock belongs to what was opened. */
static int waits_for_lock(int fd)
{
    int ready[2];
    char byte;

    if (pipe(ready))
        return 0;
    if (fork() == 0) {
        if (flock(open(path, O_RDWR), LOCK_EX) || write(ready[1], "", 1) != 1)
            _exit(1);
        usleep(25000);
        _exit(0);
    }
    return read(ready[0], &byte, 1) == 1 && flock(fd, LOCK_EX) == 0;
}

int main(int argc, char **argv)
{
    int ends[2], sockets[2];
    char byte = 0;
    char name[32];
    long count = argc > 2 ? atol(argv[2]) : 0;
    int fd = opened(argv[1], "read");

    for (int i = 0; i < 100; i++)
        syscall(SYS_pread64, fd, &byte, 1, i % 2 ? 0L : -1L);
    fd = opened(argv[1], "gone");
    for (int i = 0; i < 70; i++) {
        syscall(SYS_pwrite64, fd, &byte, 1, 0L);
        if (i == 0)
            unlink(path);
    }
    if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 1;
    for (int i = 0; i < 30; i++)
        if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1)
            return 1;
    for (int i = 0; i < 20; i++)
        if (send(sockets[0], &byte, 1, 0) != 1)
            return 1;
    for (long i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "many-%ld", i);
        fd = opened(argv[1], name);
        if (syscall(SYS_pwrite64, fd, &byte, 1, 0L) != 1 || ((i == 14000 || i == 14001) && !waits_for_lock(fd)) || close(fd))
            return 1;
    }
    return 0;
}
