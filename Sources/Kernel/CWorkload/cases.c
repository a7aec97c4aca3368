/* The cases, in the order in which they run. Raise the version of the workload when you change a case. */
#include "work.h"

#define CASE(name_, steps_, operations_, needs_, summary_, ...)                                                                    \
    {                                                                                                                              \
        {name_, summary_, needs_, operations_, 0, {__VA_ARGS__}}, &steps_                                                          \
    }
#define TRANSFER(name_, steps_, operations_, needs_, summary_, ...)                                                                \
    {                                                                                                                              \
        {name_, summary_, needs_, operations_, 1, {__VA_ARGS__}}, &steps_                                                          \
    }
#define ONE(call)                                                                                                                  \
    {                                                                                                                              \
        call, 1, CWORKLOAD_SUCCEEDS                                                                                                \
    }
#define TWO(call)                                                                                                                  \
    {                                                                                                                              \
        call, 2, CWORKLOAD_SUCCEEDS                                                                                                \
    }

#define TMPFS "a tmpfs of its own"

enum { light = 20000, heavy = 5000, slow = 1000 };

static const struct {
    struct cworkload_case what;
    const struct steps *steps;
} cases[] = {
    CASE("null", null_steps, light, 0, "a call that does nothing", ONE(__NR_getppid)),

    TRANSFER("read-1-zero", read_zero_1, light, 0, "read 1 byte of /dev/zero", ONE(__NR_read)),
    TRANSFER("read-4k-zero", read_zero_4k, light, 0, "read 4 KiB of /dev/zero", ONE(__NR_read)),
    TRANSFER("read-64k-zero", read_zero_64k, heavy, 0, "read 64 KiB of /dev/zero", ONE(__NR_read)),
    CASE("write-1-null", write_null_1, light, 0, "write 1 byte to /dev/null", ONE(__NR_write)),
    CASE("write-4k-null", write_null_4k, light, 0, "write 4 KiB to /dev/null", ONE(__NR_write)),
    CASE("write-64k-null", write_null_64k, light, 0, "write 64 KiB to /dev/null", ONE(__NR_write)),
    TRANSFER("pread-1-tmpfs", pread_1, light, TMPFS, "read 1 byte of a file in memory", ONE(__NR_pread64)),
    TRANSFER("pread-4k-tmpfs", pread_4k, light, TMPFS, "read 4 KiB of a file in memory", ONE(__NR_pread64)),
    TRANSFER("pread-64k-tmpfs", pread_64k, heavy, TMPFS, "read 64 KiB of a file in memory", ONE(__NR_pread64)),
    TRANSFER("pwrite-1-tmpfs", pwrite_1, light, TMPFS, "write 1 byte to a file in memory", ONE(__NR_pwrite64)),
    TRANSFER("pwrite-4k-tmpfs", pwrite_4k, light, TMPFS, "write 4 KiB to a file in memory", ONE(__NR_pwrite64)),
    TRANSFER("pwrite-64k-tmpfs", pwrite_64k, heavy, TMPFS, "write 64 KiB to a file in memory", ONE(__NR_pwrite64)),

    CASE("open-close", open_steps, light, TMPFS, "open a file and close it", ONE(__NR_openat), ONE(__NR_close)),
    CASE("open-missing", missing_steps, light, TMPFS, "open a file that is not there", {__NR_openat, 1, CWORKLOAD_FAILS}),
    CASE("stat", stat_steps, light, TMPFS, "ask about a file by its name", ONE(__NR_newfstatat)),
    CASE("fstat", fstat_steps, light, TMPFS, "ask about an open file", ONE(__NR_fstat)),
    CASE("getdents", getdents_steps, heavy, TMPFS, "list a folder of 64 files", ONE(__NR_lseek), TWO(__NR_getdents64)),
    CASE("rename", rename_steps, heavy, TMPFS, "rename a file, there and back", TWO(__NR_renameat)),
    CASE("create-unlink", unlink_steps, heavy, TMPFS, "make a file and remove it", ONE(__NR_openat), ONE(__NR_close),
         ONE(__NR_unlinkat)),

    CASE("mmap-touch", mmap_steps, slow, 0, "map 16 pages, touch them and unmap them", ONE(__NR_mmap), ONE(__NR_munmap)),
    CASE("mprotect", mprotect_steps, heavy, 0, "make 16 pages read-only and writable again", TWO(__NR_mprotect)),
    CASE("madvise", madvise_steps, slow, 0, "give back 16 pages that were touched", ONE(__NR_madvise)),

    CASE("pipe", pipe_steps, light, 0, "a byte through a pipe, in one thread", ONE(__NR_write), ONE(__NR_read)),
    CASE("pipe-ping-pong", pipe_pong_steps, slow, 0, "a byte to another thread and back, by pipes", TWO(__NR_write),
         TWO(__NR_read)),
    CASE("futex-wake", futex_wake_steps, light, 0, "wake nobody", ONE(__NR_futex)),
    CASE("futex-ping-pong", futex_pong_steps, slow, 0, "wake another thread and be woken by it",
         {__NR_futex, 4, CWORKLOAD_MAY_FAIL}),
    CASE("eventfd", eventfd_steps, light, 0, "count up and read the count", ONE(__NR_write), ONE(__NR_read)),
#ifdef __NR_epoll_wait
    CASE("epoll-ready", epoll_ready_steps, light, 0, "ask an epoll with one event", ONE(__NR_epoll_wait)),
    CASE("epoll-empty", epoll_empty_steps, light, 0, "ask an epoll without events", ONE(__NR_epoll_wait)),
    CASE("poll", poll_steps, light, 0, "ask about two descriptors, one of them ready", ONE(__NR_poll)),
#else
    CASE("epoll-ready", epoll_ready_steps, light, 0, "ask an epoll with one event", ONE(__NR_epoll_pwait)),
    CASE("epoll-empty", epoll_empty_steps, light, 0, "ask an epoll without events", ONE(__NR_epoll_pwait)),
    CASE("poll", poll_steps, light, 0, "ask about two descriptors, one of them ready", ONE(__NR_ppoll)),
#endif
    CASE("unix-socket", unix_steps, heavy, "Unix sockets", "64 bytes through a Unix socket, in one thread", ONE(__NR_sendto),
         ONE(__NR_recvfrom)),
    CASE("tcp-loopback", tcp_steps, heavy, "TCP on the loopback interface", "64 bytes through a TCP connection to itself",
         ONE(__NR_sendto), ONE(__NR_recvfrom)),

    CASE("signal", signal_steps, heavy, 0, "a signal to itself, and its handler", ONE(__NR_tgkill), ONE(__NR_rt_sigreturn)),
    CASE("thread", thread_steps, slow, 0, "a thread that ends at once, and wait for it", ONE(__NR_clone),
         {__NR_exit, 1, CWORKLOAD_NEVER_RETURNS}, {__NR_futex, 1, CWORKLOAD_MAY_FAIL}),
    CASE("fork", fork_steps, slow, 0, "a process that ends at once, and wait for it", ONE(__NR_clone),
         {__NR_exit_group, 1, CWORKLOAD_NEVER_RETURNS}, ONE(__NR_wait4)),
    CASE("vfork-exec", exec_steps, slow, "executable files in memory", "another program that ends at once, and wait for it",
         ONE(__NR_clone), ONE(__NR_execve), {__NR_exit_group, 1, CWORKLOAD_NEVER_RETURNS}, ONE(__NR_wait4)),

    TRANSFER("nanosleep", nanosleep_steps, slow, 0, "sleep for 1 ns", ONE(__NR_nanosleep)),
    CASE("sched-yield", yield_steps, light, 0, "offer the CPU to others", ONE(__NR_sched_yield)),
    CASE("timerfd", timerfd_steps, heavy, "timerfd", "set a timer to 1 ns and wait for it", ONE(__NR_timerfd_settime),
         ONE(__NR_read)),
    CASE("getrandom", getrandom_steps, light, 0, "16 random bytes of the kernel", ONE(__NR_getrandom)),
    CASE("clock-vdso", clock_vdso_steps, light, 0, "the time as libc asks for it",
         {__NR_clock_gettime, 1, CWORKLOAD_MAY_STAY_OUTSIDE}),
    CASE("clock-call", clock_call_steps, light, 0, "the time by a system call", ONE(__NR_clock_gettime)),
    CASE("io-uring-nop", uring_steps, light, "io_uring", "an io_uring that does nothing", ONE(__NR_io_uring_enter)),
};

size_t cworkload_case_count(void)
{
    return sizeof(cases) / sizeof(*cases);
}

const struct cworkload_case *cworkload_case_at(size_t index)
{
    return &cases[index].what;
}

const struct steps *steps_at(size_t index)
{
    return cases[index].steps;
}
