/*
 * each_cpu N ROUNDS: ROUNDS times, on each configured CPU in turn (or where it is, while that CPU is offline), N getppid.
 * After a round it sleeps for 5 ms in one poll.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/poll.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0, rounds = argc > 2 ? atol(argv[2]) : 0, cpus = sysconf(_SC_NPROCESSORS_CONF);

    for (long round = 0; round < rounds; round++) {
        for (long cpu = 0; cpu < cpus; cpu++) {
            cpu_set_t set;

            CPU_ZERO(&set);
            CPU_SET(cpu, &set);
            sched_setaffinity(0, sizeof(set), &set);
            for (long i = 0; i < count; i++)
                syscall(SYS_getppid);
        }
        poll(NULL, 0, 5);
    }
    return 0;
}
