/* bpf_ids: the id of each loaded BPF program, map and link, a line each: `prog 12`, `map 34`, `link 5`. */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void list(const char *name, int command)
{
    union bpf_attr attributes;
    unsigned int id = 0;

    for (;;) {
        memset(&attributes, 0, sizeof(attributes));
        attributes.start_id = id;
        if (syscall(SYS_bpf, command, &attributes, sizeof(attributes)))
            return;
        id = attributes.next_id;
        printf("%s %u\n", name, id);
    }
}

int main(void)
{
    list("prog", BPF_PROG_GET_NEXT_ID);
    list("map", BPF_MAP_GET_NEXT_ID);
    list("link", BPF_LINK_GET_NEXT_ID);
    return 0;
}
