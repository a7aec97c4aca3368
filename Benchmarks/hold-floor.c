// hold-floor OBJECT empty|clock
//
// Attaches one pair of programs of floor.bpf.c, prints "attached", and keeps it attached until standard input closes, as it also
// does when the parent is killed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static void fail(const char *what)
{
    fprintf(stderr, "hold-floor: can't %s: %s\n", what, strerror(errno));
    exit(1);
}

int main(int argc, char **argv)
{
    struct bpf_object *object;
    struct bpf_program *program;
    int attached = 0;
    char byte;

    if (argc != 3) {
        fprintf(stderr, "usage: hold-floor OBJECT empty|clock\n");
        return 2;
    }
    object = bpf_object__open_file(argv[1], NULL);
    if (!object)
        fail("open the object");
    bpf_object__for_each_program (program, object) {
        const char *name = bpf_program__name(program);
        size_t length = strlen(argv[2]);

        bpf_program__set_autoload(program, strncmp(name, argv[2], length) == 0 && name[length] == '_');
    }
    if (bpf_object__load(object))
        fail("load the programs (are you root?)");
    bpf_object__for_each_program (program, object) {
        if (!bpf_program__autoload(program))
            continue;
        if (!bpf_program__attach(program))
            fail("attach a program");
        attached++;
    }
    if (attached != 2) {
        fprintf(stderr, "hold-floor: %s has no pair called %s\n", argv[1], argv[2]);
        return 2;
    }
    puts("attached");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    return 0; /* the kernel detaches when the process ends */
}
