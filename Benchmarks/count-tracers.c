// count-tracers [PID]
//
// Prints how many BPF programs are attached to the system call tracepoints, "ENTER EXIT": on the whole machine, or by one
// process. The harness uses it to check that what it measures is attached, and that nobody else traces at the same time.
//
// syslat and the floor programs use links on raw tracepoints, which can be listed. bpftrace and syscount use perf events, which
// can't: they are found among the open files of processes.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

enum { MOST_PROGRAMS = 4096 };

static unsigned enter, leave;

/* A program is counted once, even if more than one process has its file open after a fork. */
static int seen_before(__u32 program)
{
    static __u32 seen[MOST_PROGRAMS];
    static unsigned count;

    for (unsigned i = 0; i < count; i++)
        if (seen[i] == program)
            return 1;
    if (count < MOST_PROGRAMS)
        seen[count++] = program;
    return 0;
}

static void count(const char *tracepoint, __u32 program)
{
    int enters = strcmp(tracepoint, "sys_enter") == 0, leaves = strcmp(tracepoint, "sys_exit") == 0;

    if ((enters || leaves) && !seen_before(program)) {
        enter += enters;
        leave += leaves;
    }
}

static int count_links(void)
{
    __u32 id = 0;

    while (bpf_link_get_next_id(id, &id) == 0) {
        struct bpf_link_info info = {};
        __u32 size = sizeof(info);
        char name[64] = "";
        int link = bpf_link_get_fd_by_id(id);

        if (link < 0) {
            if (errno == ENOENT || errno == EAGAIN)
                continue; /* gone since, or not attached yet */
            fprintf(stderr, "count-tracers: can't look at link %u: %s\n", id, strerror(errno));
            return 1;
        }
        info.raw_tracepoint.tp_name = (__u64)(unsigned long)name;
        info.raw_tracepoint.tp_name_len = sizeof(name);
        if (bpf_obj_get_info_by_fd(link, &info, &size) == 0 && info.type == BPF_LINK_TYPE_RAW_TRACEPOINT)
            count(name, info.prog_id);
        close(link);
    }
    if (errno != ENOENT) {
        fprintf(stderr, "count-tracers: can't list links: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}

/* Processes that have ended meanwhile are skipped, and so are files that have been closed. */
static void count_files(int pid)
{
    char path[64], file[320], kind[64];
    struct dirent *entry;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        __u32 length = 64, program = 0, type = 0;
        __u64 offset, address;
        char name[64] = "";
        ssize_t size;

        snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        size = readlink(file, kind, sizeof(kind) - 1);
        kind[size > 0 ? size : 0] = 0;
        if (!strstr(kind, "perf_event") && !strstr(kind, "bpf_link"))
            continue;
        if (bpf_task_fd_query(pid, atoi(entry->d_name), 0, name, &length, &program, &type, &offset, &address) == 0 &&
            (type == BPF_FD_TYPE_TRACEPOINT || type == BPF_FD_TYPE_RAW_TRACEPOINT))
            count(name, program);
    }
    if (folder)
        closedir(folder);
}

static int count_all_files(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;

    if (!processes) {
        fprintf(stderr, "count-tracers: can't read /proc: %s\n", strerror(errno));
        return 1;
    }
    while ((entry = readdir(processes)))
        if (isdigit((unsigned char)entry->d_name[0]))
            count_files(atoi(entry->d_name));
    closedir(processes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2)
        count_files(atoi(argv[1]));
    else if (count_links() || count_all_files())
        return 1;
    printf("%u %u\n", enter, leave);
    return 0;
}
