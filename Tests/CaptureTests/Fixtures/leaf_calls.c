// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * leaf_calls COUNT: COUNT reads of one byte by the C library's function, which has no frame of its own, in the main thread and in another one
 * (where the library does more around a call). main and work call middle_step, which calls inner_step, which calls the library. Lives for half
 * a second after that.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static long count;
static int file;

static __attribute__((noinline)) int inner_step(void)
{
    char byte;

    return (int)read(file, &byte, 1) + 1;
}

static __attribute__((noinline)) int middle_step(void)
{
    return inner_step() * 3;
}

static void *work(void *unused)
{
    for (long i = 0; i < count; i++)
        if (middle_step() != 6)
            exit(1);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    count = argc > 1 ? atol(argv[1]) : 1;
    file = open("/dev/zero", O_RDONLY);
    for (long i = 0; i < count; i++)
        if (middle_step() != 6)
            return 1;
    if (pthread_create(&thread, 0, work, 0) || pthread_join(thread, 0))
        return 1;
    usleep(500000);
    return 0;
}
