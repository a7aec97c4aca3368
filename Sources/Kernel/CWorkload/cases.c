/*
 * The cases, in the order in which they run. Raise the version of the workload when you change a case.
 *
 * An operation uses each of its calls in one way, unless the outcome or the result tells the uses apart: what is compared is all that a call
 * does in a case.
 */
#include "waits.h"
#include "work.h"

#define CASE(name_, steps_, operations_, needs_, summary_, ...)                                                                    \
    {                                                                                                                              \
        {name_, summary_, needs_, operations_, 0, 0, {__VA_ARGS__}}, &steps_                                                       \
    }
#define TRANSFER(name_, steps_, operations_, needs_, summary_, ...)                                                                \
    {                                                                                                                              \
        {name_, summary_, needs_, operations_, 1, 0, {__VA_ARGS__}}, &steps_                                                       \
    }
/* With a second thread, or a device that has a thread of its own. */
#define ACROSS(name_, steps_, operations_, needs_, summary_, ...)                                                                  \
    {                                                                                                                              \
        {name_, summary_, needs_, operations_, 0, 1, {__VA_ARGS__}}, &steps_                                                       \
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
#define EXT4 "an ext4 of its own on a loop device"
#define MANY_FILES "1,000 descriptors"
#define LOOPBACK "TCP on the loopback interface"

enum { light = 20000, heavy = 5000, slow = 1000, slowest = 200 };

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
    CASE("getdents", getdents_steps, heavy, TMPFS, "list a folder of 64 files", ONE(__NR_lseek), ONE(__NR_getdents64)),
    CASE("getdents-end", getdents_end_steps, light, TMPFS, "ask for more behind the last file of a folder", ONE(__NR_getdents64)),
    CASE("rename", rename_steps, heavy, TMPFS, "rename a file, there and back", TWO(__NR_renameat)),
    CASE("create-unlink", unlink_steps, heavy, TMPFS, "make a file and remove it", ONE(__NR_openat), ONE(__NR_close),
         ONE(__NR_unlinkat)),
    CASE("fsync-tmpfs", fsync_tmpfs_steps, light, TMPFS, "write a byte to a file in memory and sync it", ONE(__NR_pwrite64),
         ONE(__NR_fsync)),
    CASE("fdatasync-tmpfs", fdatasync_tmpfs_steps, light, TMPFS, "the same, its data alone", ONE(__NR_pwrite64),
         ONE(__NR_fdatasync)),
    CASE("pread-4k-1g-tmpfs", pread_sparse_tmpfs_steps, light, TMPFS, "read 4 KiB anywhere in a file of 1 GiB in memory",
         ONE(__NR_pread64)),
    ACROSS("fsync-ext4", fsync_ext4_steps, slow, EXT4, "write a byte to a file of ext4 and sync it", ONE(__NR_pwrite64),
           ONE(__NR_fsync)),
    ACROSS("fdatasync-ext4", fdatasync_ext4_steps, slow, EXT4, "the same, its data alone", ONE(__NR_pwrite64), ONE(__NR_fdatasync)),
    CASE("pread-4k-1g-ext4", pread_sparse_ext4_steps, light, EXT4, "read 4 KiB anywhere in a cached file of 1 GiB",
         ONE(__NR_pread64)),

    CASE("mmap-touch", mmap_steps, slow, 0, "map 16 pages, touch them and unmap them", ONE(__NR_mmap), ONE(__NR_munmap)),
    CASE("munmap-64m", munmap_large_steps, slowest, 0, "map 64 MiB, touch 256 pages all over it and unmap it", ONE(__NR_mmap),
         ONE(__NR_munmap)),
    CASE("mprotect", mprotect_steps, slow, 0, "map 16 pages, touch them, make them read-only and unmap them", ONE(__NR_mmap),
         ONE(__NR_mprotect), ONE(__NR_munmap)),
    CASE("madvise", madvise_steps, slow, 0, "give back 16 pages that were touched", ONE(__NR_madvise)),

    CASE("pipe", pipe_steps, light, 0, "a byte through a pipe, in one thread", ONE(__NR_write), ONE(__NR_read)),
    ACROSS("pipe-ping-pong", pipe_pong_steps, slow, 0, "a byte to another thread and back, by pipes", TWO(__NR_write),
           TWO(__NR_read)),
    CASE("futex-wake", futex_wake_steps, light, 0, "wake nobody", ONE(__NR_futex)),
    ACROSS("futex-ping-pong", futex_pong_steps, slow, 0, "wake another thread and be woken by it",
           {__NR_futex, 4, CWORKLOAD_MAY_FAIL}),
    ACROSS("futex-herd", futex_herd_steps, slow, 0, "wake three threads that wait for one word, and be told by the last",
           {__NR_futex, 4, CWORKLOAD_MAY_FAIL}, ONE(__NR_write), ONE(__NR_read)),
    CASE("eventfd", eventfd_steps, light, 0, "count up and read the count", ONE(__NR_write), ONE(__NR_read)),
    CASE("epoll-ready", epoll_ready_steps, light, 0, "ask an epoll with one event", ONE(EPOLL_CALL)),
    CASE("epoll-empty", epoll_empty_steps, light, 0, "ask an epoll without events", ONE(EPOLL_CALL)),
    CASE("epoll-1000", epoll_many_steps, heavy, MANY_FILES, "ask an epoll of 1,000 descriptors with 10 events", ONE(EPOLL_CALL)),
    CASE("poll", poll_steps, light, 0, "ask about two descriptors, one of them ready", ONE(POLL_CALL)),
    CASE("poll-1000", poll_many_steps, slow, MANY_FILES, "ask about 1,000 descriptors, 10 of them ready", ONE(POLL_CALL)),
    CASE("unix-socket", unix_steps, heavy, "Unix sockets", "64 bytes through a Unix socket, in one thread", ONE(__NR_sendto),
         ONE(__NR_recvfrom)),
    CASE("unix-message", unix_message_steps, heavy, "Unix sockets", "64 bytes in 4 parts through a Unix socket", ONE(__NR_sendmsg),
         ONE(__NR_recvmsg)),
    CASE("unix-connect", unix_connect_steps, slow, "Unix sockets", "connect to a Unix socket, accept, and close both ends",
         ONE(__NR_socket), ONE(__NR_connect), ONE(__NR_accept4), ONE(__NR_close_range)),
    CASE("tcp-loopback", tcp_steps, heavy, LOOPBACK, "64 bytes through a TCP connection to itself", ONE(__NR_sendto),
         ONE(__NR_recvfrom)),
    CASE("tcp-connect", tcp_connect_steps, slow, LOOPBACK, "connect to itself by TCP, accept, and close both ends",
         ONE(__NR_socket), ONE(__NR_setsockopt), ONE(__NR_connect), ONE(__NR_accept4), ONE(__NR_close_range)),

    CASE("signal", signal_steps, heavy, 0, "a signal to itself, and its handler", ONE(__NR_tgkill), ONE(__NR_rt_sigreturn)),
    ACROSS("signal-thread", signal_thread_steps, slow, 0, "a signal to another thread, which waits for it and says so",
           ONE(__NR_tgkill), ONE(__NR_rt_sigtimedwait), ONE(__NR_write), ONE(__NR_read)),
    CASE("thread", thread_steps, slow, 0, "a thread that ends at once, and wait for it", ONE(__NR_clone),
         {__NR_exit, 1, CWORKLOAD_NEVER_RETURNS}, {__NR_futex, 1, CWORKLOAD_MAY_FAIL}),
    CASE("fork", fork_steps, slowest, 0, "a process that ends at once, and wait for it", ONE(__NR_clone),
         {__NR_exit_group, 1, CWORKLOAD_NEVER_RETURNS}, ONE(__NR_wait4)),
    CASE("clone-namespaces", namespaces_steps, slowest, "namespaces", "a process in four new namespaces, and wait for it",
         ONE(__NR_clone3), {__NR_exit_group, 1, CWORKLOAD_NEVER_RETURNS}, ONE(__NR_wait4)),
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
    CASE("io-uring-read", uring_read_steps, heavy, "io_uring", "read 4 KiB of a file in memory by io_uring",
         ONE(__NR_io_uring_enter)),
    CASE("io-uring-fsync", uring_fsync_steps, slow, "io_uring", "sync a file in memory by io_uring", ONE(__NR_io_uring_enter)),
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
