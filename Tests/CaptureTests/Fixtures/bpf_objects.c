/*
 * Prints every BPF program and map of the machine, one a line: "prog ID NAME", "map ID NAME". Needs no bpftool.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attr)
{
    return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static const char *name_of(int descriptor, int is_program)
{
    static struct bpf_prog_info program;
    static struct bpf_map_info map;
    union bpf_attr attr;

    memset(&program, 0, sizeof(program));
    memset(&map, 0, sizeof(map));
    memset(&attr, 0, sizeof(attr));
    attr.info.bpf_fd = descriptor;
    attr.info.info_len = is_program ? sizeof(program) : sizeof(map);
    attr.info.info = is_program ? (unsigned long)&program : (unsigned long)&map;
    if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) != 0)
        return "?";
    return is_program ? program.name : map.name;
}

static int list(int next, int open, int is_program)
{
    union bpf_attr attr;
    unsigned int id = 0;

    for (;;) {
        int descriptor;

        memset(&attr, 0, sizeof(attr));
        attr.start_id = id;
        if (bpf(next, &attr) != 0)
            return errno != ENOENT;
        id = attr.next_id;
        memset(&attr, 0, sizeof(attr));
        attr.prog_id = id;
        descriptor = bpf(open, &attr);
        /* Gone since: somebody else's capture has ended. */
        if (descriptor < 0)
            continue;
        printf("%s %u %s\n", is_program ? "prog" : "map", id, name_of(descriptor, is_program));
        close(descriptor);
    }
}

int main(void)
{
    if (list(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, 1) || list(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, 0)) {
        perror("bpf");
        return 1;
    }
    return 0;
}
