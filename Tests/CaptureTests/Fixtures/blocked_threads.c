/*
 * blocked_threads KIND N CALLS WHEN: N threads that each make CALLS getppid, one KIND call that sleeps (read, nanosleep or
 * futex), CALLS getppid again, and end. The main thread reads one byte from standard input, its gate, and WHEN is
 *   early: the threads begin before the gate and wake after it (from nanosleep by themselves, after 2 s);
 *   late: they begin after the gate, sleep all at once, and wake; CALLS may be large, then;
 *   stay: they begin after the gate and never wake; the main thread goes to sleep in pause.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char kind;
static long count, calls, seconds = 2;
static int ends[2];
static int word;
static atomic_long begun, done;

static void *work(void *unused)
{
    struct timespec time = {.tv_sec = seconds};
    char byte;

    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    begun++;
    if (kind == 'r')
        (void)!read(ends[0], &byte, 1);
    else if (kind == 'n')
        syscall(SYS_nanosleep, &time, NULL);
    else
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    for (long i = 0; i < calls; i++)
        syscall(SYS_getppid);
    done++;
    return unused;
}

static int start(void)
{
    for (long i = 0; i < count; i++) {
        pthread_attr_t small;
        pthread_t thread;

        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 64 << 10);
        if (pthread_create(&thread, &small, work, NULL))
            return 1;
    }
    while (begun < count)
        poll(NULL, 0, 1);
    /* From here they need a moment to fall asleep. */
    poll(NULL, 0, 50);
    return 0;
}

static int gate(void)
{
    char byte;

    return read(0, &byte, 1) == 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
    int is_early;

    if (argc < 5 || pipe(ends))
        return 126;
    kind = argv[1][0];
    count = atol(argv[2]);
    calls = atol(argv[3]);
    is_early = !strcmp(argv[4], "early");
    if (!strcmp(argv[4], "stay"))
        seconds = 600;
    if (is_early ? start() || gate() : gate() || start())
        return 126;
    while (!strcmp(argv[4], "stay"))
        pause();
    if (kind == 'r')
        for (long i = 0; i < count; i++)
            (void)!write(ends[1], "", 1);
    word = 1;
    if (kind == 'f')
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
    while (done < count)
        poll(NULL, 0, 1);
    return 0;
}
