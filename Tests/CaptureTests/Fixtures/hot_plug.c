/*
 * hot_plug N ROUNDS: ROUNDS times: N getppid on CPU 1, which is then put offline, N getppid where the thread was moved to, and the
 * CPU is online again. Each time 2 * N getppid, 2 sched_setaffinity and, at the switch, 2 openat, 2 write and 2 close. For
 * machines of which nothing else is asked meanwhile.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int turn(const char *value)
{
    int file = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY), is_done = write(file, value, 1) == 1;

    close(file);
    return is_done;
}

static int run_on(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

static void call(long count)
{
    while (count-- > 0)
        syscall(SYS_getppid);
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0, rounds = argc > 2 ? atol(argv[2]) : 0;

    for (long round = 0; round < rounds; round++) {
        if (!run_on(1))
            return 1;
        call(count);
        if (!turn("0"))
            return 2;
        call(count);
        if (!run_on(0) || !turn("1"))
            return 3;
    }
    return 0;
}
