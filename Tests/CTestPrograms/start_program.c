#define _GNU_SOURCE
#include "start_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

int start_program(const struct program_start *start, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int number, failure;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (start->folder)
        posix_spawn_file_actions_addchdir_np(&actions, start->folder);
    for (number = 0; number < 3; number++) {
        if (start->descriptors[number] >= 0)
            posix_spawn_file_actions_adddup2(&actions, start->descriptors[number], number);
        else
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    failure = posix_spawn(pid, start->path, &actions, &attributes, start->arguments, start->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

int open_private_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}
