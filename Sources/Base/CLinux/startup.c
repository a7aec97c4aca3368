/*
 * How this process was started. Some of it is needed before the Swift runtime starts: its static initializers and its arguments need
 * /proc, which may be missing. The rest is for the command that is profiled, which must find all as it was.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clinux.h"

static int count;
static char **arguments;
static int has_set_root;

/* Signals that this process ignores or handles in another way than it was started with. */
static const int changed_signals[] = {SIGHUP, SIGPIPE, SIGXFSZ, SIGCHLD};
/* Limits that this process may raise: for descriptors of many targets, and libbpf for locked memory before Linux 5.11. */
static const int raised_limits[] = {RLIMIT_NOFILE, RLIMIT_MEMLOCK};

enum {
    changed_signal_count = sizeof(changed_signals) / sizeof(changed_signals[0]),
    raised_limit_count = sizeof(raised_limits) / sizeof(raised_limits[0]),
};

static int was_ignored[changed_signal_count];
static struct rlimit limits[raised_limit_count];
static sigset_t blocked;

/*
 * glibc hands the arguments of main to every constructor. One with the lowest priority that a program may have runs before those of
 * the Swift runtime, which in a static binary looks for its own path in /proc/self/exe and aborts without it (Paths.cpp). It doesn't
 * look if SWIFT_ROOT is set.
 */
__attribute__((constructor(101))) static void keep_start(int argc, char **argv)
{
    struct sigaction action;
    char first;

    count = argc;
    arguments = argv;
    if (!getenv("SWIFT_ROOT") && readlink("/proc/self/exe", &first, 1) < 0)
        has_set_root = setenv("SWIFT_ROOT", "/", 1) == 0;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int i = 0; i < changed_signal_count; i++)
        was_ignored[i] = sigaction(changed_signals[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN;
    for (int i = 0; i < raised_limit_count; i++)
        getrlimit(raised_limits[i], &limits[i]);
}

int clinux_argument_count(void)
{
    return count;
}

const char *clinux_argument(int index)
{
    return arguments[index];
}

/*
 * The Swift runtime of a dynamic build installs its handlers before main where the default was in force, and leaves alone what was
 * ignored (CrashHandlerLinux.cpp): the default is what was there.
 */
static void remove_crash_reporter(void)
{
    static const int fatal[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    struct sigaction action;

    for (unsigned int i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        if (sigaction(fatal[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            signal(fatal[i], SIG_DFL);
}

void clinux_begin(void)
{
    if (has_set_root)
        unsetenv("SWIFT_ROOT");
    has_set_root = 0;
    remove_crash_reporter();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int clinux_was_ignored(int signal)
{
    for (int i = 0; i < changed_signal_count; i++)
        if (changed_signals[i] == signal)
            return was_ignored[i];
    return 0;
}

void clinux_restore_start(void)
{
    struct rlimit now;

    for (int i = 0; i < changed_signal_count; i++)
        signal(changed_signals[i], was_ignored[i] ? SIG_IGN : SIG_DFL);
    for (int i = 0; i < raised_limit_count; i++)
        if (getrlimit(raised_limits[i], &now) == 0 && (now.rlim_cur != limits[i].rlim_cur || now.rlim_max != limits[i].rlim_max))
            setrlimit(raised_limits[i], &limits[i]);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

void clinux_die_of(int number)
{
    sigset_t mask;

    signal(number, SIG_DFL);
    sigemptyset(&mask);
    sigaddset(&mask, number);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    raise(number);
    _exit(128 + number);
}
