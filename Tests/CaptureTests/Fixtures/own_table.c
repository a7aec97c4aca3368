/* own_table ONE TWO: waits for a byte, and then two threads read descriptor 9 for good: the first the FIFO ONE, the other, which has a table
 * of descriptors of its own, the FIFO TWO. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static char byte;

static void wait_for(const char *path)
{
    /* Open for writing too: nobody has to come, and there is no end. */
    int fifo = open(path, O_RDWR | O_CLOEXEC);

    if (fifo < 0 || dup2(fifo, 9) < 0 || read(9, &byte, 1) != 0)
        _exit(1);
}

static void *work(void *path)
{
    if (unshare(CLONE_FILES))
        _exit(2);
    wait_for(path);
    return NULL;
}

int main(int count, char **arguments)
{
    pthread_t thread;

    if (count != 3 || read(0, &byte, 1) != 1 || pthread_create(&thread, NULL, work, arguments[2]))
        return 3;
    wait_for(arguments[1]);
    return 0;
}
