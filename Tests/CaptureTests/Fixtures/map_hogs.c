/*
 * map_hogs COMMAND...: becomes COMMAND, beside a process on each CPU that does nothing but change a BPF map by bpf(2). The kernel runs no
 * program of a perf event or a kprobe on a CPU while such a call is under way there, even if its thread is off the CPU. The processes end with
 * the command.
 */
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attributes)
{
    return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static void hog(int cpu)
{
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 512, .max_entries = 1000};
    union bpf_attr element;
    static char value[512];
    cpu_set_t cpus;
    uint32_t key = 0;
    int descriptor;

    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    descriptor = bpf(BPF_MAP_CREATE, &map);
    memset(&element, 0, sizeof(element));
    element.map_fd = descriptor;
    element.key = (uint64_t)(uintptr_t)&key;
    element.value = (uint64_t)(uintptr_t)value;
    while (bpf(BPF_MAP_UPDATE_ELEM, &element) == 0 && bpf(BPF_MAP_LOOKUP_ELEM, &element) == 0)
        key = (key + 1) % 1000;
    _exit(1);
}

int main(int argc, char **argv)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    pid_t self = getpid();

    for (int cpu = 0; cpu < cpus; cpu++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == self)
                hog(cpu);
            _exit(1);
        }
    }
    execv(argv[1], argv + 1);
    return 1;
}
