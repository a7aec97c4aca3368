/*
 * Gives a terminal back when a signal kills the program that has it in its hands. All that runs in the handler is async-signal-safe:
 * signal-safety(7).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "clinux.h"

/* Those that end a process by default, but for SIGKILL and what the event loop may take as events. */
static const int deadly[] = {SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGUSR1,
                             SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGPOLL, SIGSYS,  SIGPWR};
enum { deadly_count = sizeof(deadly) / sizeof(deadly[0]) };

static struct {
    int input, output;
    struct termios settings;
    char bytes[CLINUX_MOST_BYTES];
    size_t length;
} guarded;
static volatile sig_atomic_t is_guarded;
static struct sigaction before[deadly_count];
/* A program that dies of a stack overflow has no stack left for a handler. */
static char stack[1 << 14];
static stack_t previous_stack;

void clinux_restore_terminal(int input, int output, const struct termios *settings, const void *bytes, size_t length)
{
    int error = errno;
    struct pollfd state = {.fd = output, .events = POLLOUT};
    sigset_t stop, mask;

    /* A terminal that takes nothing for so long gets nothing. */
    if (length > 0 && poll(&state, 1, 200) > 0 && write(output, bytes, length) < 0)
        errno = error;
    /* In the background it would stop the process. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &mask);
    tcsetattr(input, TCSANOW, settings);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    errno = error;
}

static void give_back(int number)
{
    if (is_guarded) {
        is_guarded = 0;
        clinux_restore_terminal(guarded.input, guarded.output, &guarded.settings, guarded.bytes, guarded.length);
    }
    /* It stays pending until the handler returns. A fault would come again by itself. */
    signal(number, SIG_DFL);
    raise(number);
}

void clinux_guard_terminal(int input, int output, const struct termios *settings, const void *bytes, size_t length)
{
    struct sigaction action = {.sa_handler = give_back, .sa_flags = SA_ONSTACK};
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};

    if (is_guarded)
        return;
    guarded.input = input;
    guarded.output = output;
    guarded.settings = *settings;
    guarded.length = length < sizeof(guarded.bytes) ? length : sizeof(guarded.bytes);
    memcpy(guarded.bytes, bytes, guarded.length);
    sigaltstack(&alternate, &previous_stack);
    sigfillset(&action.sa_mask);
    is_guarded = 1;
    for (int i = 0; i < deadly_count; i++)
        if (sigaction(deadly[i], NULL, &before[i]) == 0 && before[i].sa_handler == SIG_DFL)
            sigaction(deadly[i], &action, NULL);
}

void clinux_unguard_terminal(void)
{
    if (!is_guarded)
        return;
    for (int i = 0; i < deadly_count; i++)
        if (before[i].sa_handler == SIG_DFL)
            sigaction(deadly[i], &before[i], NULL);
    sigaltstack(&previous_stack, NULL);
    is_guarded = 0;
}

int clinux_has_foreground(int terminal)
{
    pid_t group = tcgetpgrp(terminal);

    return group < 0 || group == getpgrp();
}

void clinux_stop_group(int is_alone)
{
    sigset_t stop, mask;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, &mask);
    if (is_alone)
        raise(SIGTSTP);
    else
        kill(0, SIGTSTP);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}
