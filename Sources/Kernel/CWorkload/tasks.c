/* Signals, threads and processes. */
#define _GNU_SOURCE
#include "work.h"

#include <elf.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

/* A signal to the caller itself. */

static volatile sig_atomic_t delivered;

static void note_signal(int number)
{
    (void)number;
    delivered++;
}

static int prepare_signal(struct work *work)
{
    struct sigaction action = {.sa_handler = note_signal};

    work->stored = (unsigned long)ENTER0(__NR_getpid);
    sigaction(SIGUSR1, &action, NULL);
    delivered = 0;
    return 0;
}

static int run_signal(struct work *work, unsigned long times)
{
    /* The first thread has the process's id. */
    const long process = (long)work->stored, thread = process;

    for (unsigned long done = 0; done < times; done++) {
        int before = delivered;

        CHECK(work, done, __NR_tgkill, ENTER3(__NR_tgkill, process, thread, SIGUSR1), 0);
        if (delivered != before + 1)
            return ineffective(work, __NR_tgkill);
    }
    return 0;
}

static void finish_signal(struct work *work)
{
    (void)work;
    signal(SIGUSR1, SIG_DFL);
}

const struct steps signal_steps = {.prepare = prepare_signal, .run = run_signal, .finish = finish_signal};

/* A signal to another thread, which waits for it and says through an event descriptor that it came. */

static int prepare_signal_thread(struct work *work)
{
    sigset_t set;
    long result = ENTER2(__NR_eventfd2, 0, 0);

    if (result < 0)
        return refused(work, __NR_eventfd2, result);
    work->file = (int)result;
    work->stored = (unsigned long)ENTER0(__NR_getpid);
    /* Threads inherit what is blocked. */
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return 0;
}

static int run_signal_thread(struct work *work, unsigned long times)
{
    const long process = (long)work->stored, thread = (long)work->partners[0].id;
    uint64_t count;

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_tgkill, ENTER3(__NR_tgkill, process, thread, SIGUSR1), 0);
        CHECK(work, done, __NR_read, ENTER3(__NR_read, work->file, &count, 8), 8);
    }
    return 0;
}

static int take_signals(struct partner *partner, unsigned long times)
{
    const unsigned long set = 1UL << (SIGUSR1 - 1);
    const uint64_t one = 1;
    struct work *work = partner->work;

    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_rt_sigtimedwait, ENTER4(__NR_rt_sigtimedwait, &set, 0, 0, 8), SIGUSR1);
        CHECK(work, done, __NR_write, ENTER3(__NR_write, work->file, &one, 8), 8);
    }
    return 0;
}

static void finish_signal_thread(struct work *work)
{
    sigset_t none;

    close_file(&work->file);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

const struct steps signal_thread_steps = {.prepare = prepare_signal_thread,
                                          .run = run_signal_thread,
                                          .partner = take_signals,
                                          .partners = 1,
                                          .finish = finish_signal_thread};

/* A thread that ends at once. */

static void end_thread(void *argument)
{
    (void)argument;
    ENTER1(__NR_exit, 0);
}

static int run_thread(struct work *work, unsigned long times)
{
    const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    static unsigned id;

    for (unsigned long done = 0; done < times; done++) {
        long thread = workload_clone(flags, work->partners[0].stack + STACK_BYTES, &id, end_thread, NULL);
        long result;

        if (thread <= 0)
            return wrong(work, __NR_clone, thread, 0, done);
        /* When the thread is gone, the kernel clears the id and wakes waiters through a futex that isn't private. */
        result = ENTER4(__NR_futex, &id, FUTEX_WAIT, thread, 0);
        if ((result != 0 && result != -EAGAIN) || __atomic_load_n(&id, __ATOMIC_ACQUIRE) != 0)
            return wrong(work, __NR_futex, result, 0, done);
    }
    return 0;
}

const struct steps thread_steps = {.run = run_thread};

/* A process that ends at once. */

static void end_process(void *argument)
{
    (void)argument;
    ENTER1(__NR_exit_group, 0);
}

INLINE int reap(struct work *work, long child, unsigned long done)
{
    int status = -1;

    CHECK(work, done, __NR_wait4, ENTER4(__NR_wait4, child, &status, 0, 0), child);
    return status == 0 ? 0 : ineffective(work, __NR_clone);
}

static int run_fork(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long child = workload_clone(SIGCHLD, work->partners[0].stack + STACK_BYTES, NULL, end_process, NULL);

        if (child <= 0)
            return wrong(work, __NR_clone, child, 0, done);
        if (reap(work, child, done) != 0)
            return -1;
    }
    return 0;
}

const struct steps fork_steps = {.run = run_fork};

/* The same in namespaces of its own, as a container's first process is made. */
static int run_namespaces(struct work *work, unsigned long times)
{
    const struct clone_args arguments = {.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWCGROUP,
                                         .exit_signal = SIGCHLD};

    for (unsigned long done = 0; done < times; done++) {
        /* Without memory in common the child goes on here, on its copy of the stack. */
        long child = ENTER2(__NR_clone3, &arguments, sizeof(arguments));

        if (child == 0)
            ENTER1(__NR_exit_group, 0);
        if (child < 0)
            return wrong(work, __NR_clone3, child, 0, done);
        if (reap(work, child, done) != 0)
            return -1;
    }
    return 0;
}

const struct steps namespaces_steps = {.run = run_namespaces};

/* Another program, which ends at once as well. */

#if defined(__x86_64__)
#define MACHINE EM_X86_64
/* xor %edi, %edi; mov $231, %eax; syscall: exit_group(0) */
#define CODE 0x31, 0xff, 0xb8, 0xe7, 0x00, 0x00, 0x00, 0x0f, 0x05
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
/* mov x0, #0; mov x8, #94; svc #0: exit_group(0) */
#define CODE 0x00, 0x00, 0x80, 0xd2, 0xc8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4
#endif

enum { load_address = 0x400000 };

/* The whole program: elf(5). The second header marks its stack as non-executable; old kernels complain without it. */
static const struct {
    Elf64_Ehdr header;
    Elf64_Phdr code, stack;
    unsigned char instructions[16];
} program = {
    .header =
        {
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
            .e_type = ET_EXEC,
            .e_machine = MACHINE,
            .e_version = EV_CURRENT,
            .e_entry = load_address + sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr),
            .e_phoff = sizeof(Elf64_Ehdr),
            .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = 2,
        },
    .code =
        {
            .p_type = PT_LOAD,
            .p_flags = PF_R | PF_X,
            .p_vaddr = load_address,
            .p_paddr = load_address,
            .p_filesz = sizeof(program),
            .p_memsz = sizeof(program),
            .p_align = 0x10000,
        },
    .stack = {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
    .instructions = {CODE},
};

static char program_path[32];

/* A file in memory, independent of any file system. If it may not be executed, none of our files may. */
static int prepare_exec(struct work *work)
{
    /* Linux 6.3 and later ask for the flag; older kernels don't know it. */
    const unsigned executable = 0x0010;
    long result = ENTER2(__NR_memfd_create, "syslat-bench", executable);
    char *end = program_path;

    if (result == -EINVAL)
        result = ENTER2(__NR_memfd_create, "syslat-bench", 0);
    if (result < 0)
        return refused(work, __NR_memfd_create, result);
    work->file = (int)result;
    result = ENTER3(__NR_write, work->file, &program, sizeof(program));
    if (result != sizeof(program))
        return refused(work, __NR_write, result);
    /* Descriptors of the worker have two digits at most. */
    memcpy(end, "/proc/self/fd/", 14);
    end += 14;
    if (work->file >= 10)
        *end++ = (char)('0' + work->file / 10 % 10);
    *end++ = (char)('0' + work->file % 10);
    *end = 0;
    return 0;
}

/* Runs in the memory of its parent, which sleeps. */
static void become_program(void *argument)
{
    static char *const arguments[] = {program_path, NULL}, *const environment[] = {NULL};
    struct work *work = argument;

    work->stored = (unsigned long)ENTER3(__NR_execve, program_path, arguments, environment);
    ENTER1(__NR_exit_group, 126);
}

static int run_exec(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long child;

        work->stored = 0;
        child = workload_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, work->partners[0].stack + STACK_BYTES, NULL, become_program, work);
        if (child <= 0)
            return wrong(work, __NR_clone, child, 0, done);
        if (work->stored != 0) {
            ENTER4(__NR_wait4, child, 0, 0, 0);
            return wrong(work, __NR_execve, (long)work->stored, 0, done);
        }
        if (reap(work, child, done) != 0)
            return -1;
    }
    return 0;
}

static void finish_exec(struct work *work)
{
    close_file(&work->file);
}

const struct steps exec_steps = {.prepare = prepare_exec, .run = run_exec, .finish = finish_exec};
