#pragma once

#include <sys/types.h>

/*
 * What Swift sees of the C library lacks these GNU extensions.
 */

struct program_start {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /* NULL for the caller's. */
    const char *folder;
    /* What becomes descriptor 0, 1 and 2; -1 for /dev/null. The program gets no other. */
    int descriptors[3];
};

/*
 * Starts a program as the leader of a session of its own, with no signal blocked or ignored.
 * Returns 0 and its id, or an errno.
 */
int start_program(const struct program_start *start, pid_t *pid);

/* A pipe that no program inherits. Returns 0, or -1 and errno. */
int open_private_pipe(int ends[2]);
