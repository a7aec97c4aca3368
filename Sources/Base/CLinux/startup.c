/* What has to happen before the Swift runtime starts: its static initializers and its arguments need /proc, which may be missing. */
#include <stdlib.h>
#include <unistd.h>

#include "clinux.h"

static int count;
static char **arguments;
static int has_set_root;

/*
 * glibc hands the arguments of main to every constructor. One with the lowest priority that a program may have runs before those of
 * the Swift runtime, which in a static binary looks for its own path in /proc/self/exe and aborts without it (Paths.cpp). It doesn't
 * look if SWIFT_ROOT is set.
 */
__attribute__((constructor(101))) static void keep_arguments(int argc, char **argv)
{
    char first;

    count = argc;
    arguments = argv;
    if (!getenv("SWIFT_ROOT") && readlink("/proc/self/exe", &first, 1) < 0)
        has_set_root = setenv("SWIFT_ROOT", "/", 1) == 0;
}

int clinux_argument_count(void)
{
    return count;
}

const char *clinux_argument(int index)
{
    return arguments[index];
}

void clinux_restore_environment(void)
{
    if (has_set_root)
        unsetenv("SWIFT_ROOT");
    has_set_root = 0;
}
