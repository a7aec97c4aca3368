// count-links
//
// Prints how many BPF links hang on the system call tracepoints, on the whole machine: "ENTER EXIT". That is how the harness
// knows that what it measures is attached, and that nobody else traces at the same time.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

int main(void)
{
    unsigned enter = 0, exit = 0;
    __u32 id = 0;

    while (bpf_link_get_next_id(id, &id) == 0) {
        struct bpf_link_info info = {};
        __u32 size = sizeof(info);
        char name[64] = "";
        int link = bpf_link_get_fd_by_id(id);

        if (link < 0) {
            if (errno == ENOENT || errno == EAGAIN)
                continue; /* gone since, or not attached yet */
            fprintf(stderr, "count-links: can't look at link %u: %s\n", id, strerror(errno));
            return 1;
        }
        info.raw_tracepoint.tp_name = (__u64)(unsigned long)name;
        info.raw_tracepoint.tp_name_len = sizeof(name);
        if (bpf_obj_get_info_by_fd(link, &info, &size) == 0 && info.type == BPF_LINK_TYPE_RAW_TRACEPOINT) {
            enter += strcmp(name, "sys_enter") == 0;
            exit += strcmp(name, "sys_exit") == 0;
        }
        close(link);
    }
    if (errno != ENOENT) {
        fprintf(stderr, "count-links: can't list links: %s\n", strerror(errno));
        return 1;
    }
    printf("%u %u\n", enter, exit);
    return 0;
}
