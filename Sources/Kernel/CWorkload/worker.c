/* The process that runs the cases. */
#define _GNU_SOURCE
#include "work.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Shared by the worker and its parent. */
struct cworkload_worker {
    _Atomic unsigned stage;
    pid_t pid;
    struct cworkload_order order;
    struct cworkload_report report;
    uint64_t nanoseconds[CWORKLOAD_BATCHES];
    uint64_t reference_nanoseconds; /* of the loop before the operations and after them together */
    uint64_t reference_result;
};

/* As many CPUs as any kernel can be built for (CONFIG_NR_CPUS, x86: 8192). */
struct cpus {
    unsigned long words[8192 / (sizeof(long) * CHAR_BIT)];
};

enum { bits = sizeof(long) * CHAR_BIT };

#define ENOUGH ULONG_MAX

/* Reports. */

static int is_refusal(long result)
{
    return result == -ENOSYS || result == -EPERM || result == -EACCES || result == -EOPNOTSUPP || result == -EAFNOSUPPORT ||
           result == -ENETUNREACH || result == -EADDRNOTAVAIL || result == -ENODEV || result == -EMFILE || result == -ENOSPC;
}

static int report(struct work *work, struct cworkload_report what)
{
    *work->report = what;
    if (work->steps->partner)
        ENTER1(__NR_exit_group, 1);
    return -1;
}

int refused(struct work *work, int call, long result)
{
    enum cworkload_verdict verdict = is_refusal(result) ? CWORKLOAD_REFUSED : CWORKLOAD_WRONG_RESULT;

    return report(work, (struct cworkload_report){.verdict = verdict, .call = call, .result = result});
}

int lacking(struct work *work, int call, long result)
{
    return report(work, (struct cworkload_report){.verdict = CWORKLOAD_REFUSED, .call = call, .result = result});
}

int wrong(struct work *work, int call, long result, long wanted, unsigned long operation)
{
    enum cworkload_verdict verdict = work->is_warming_up && is_refusal(result) ? CWORKLOAD_REFUSED : CWORKLOAD_WRONG_RESULT;

    return report(work, (struct cworkload_report){verdict, call, result, wanted, operation});
}

int ineffective(struct work *work, int call)
{
    return report(work, (struct cworkload_report){.verdict = CWORKLOAD_WRONG_EFFECT, .call = call});
}

/* The other threads, which can't use libc. */

static void bind_thread(int cpu)
{
    struct cpus set = {0};

    set.words[(unsigned)cpu / bits] = 1UL << ((unsigned)cpu % bits);
    ENTER3(__NR_sched_setaffinity, 0, sizeof(set), &set);
}

static void run_partner(void *argument)
{
    struct partner *partner = argument;
    struct work *work = partner->work;
    unsigned long wanted;

    bind_thread(work->partner_cpu);
    for (;;) {
        while ((wanted = atomic_load(&work->wanted)) == atomic_load(&partner->made))
            relax();
        if (wanted == ENOUGH)
            ENTER1(__NR_exit, 0);
        work->steps->partner(partner, wanted - partner->made);
        atomic_store(&partner->made, wanted);
    }
}

static int start_partners(struct work *work)
{
    const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

    for (int number = 0; number < work->steps->partners; number++) {
        struct partner *partner = &work->partners[number];
        long thread;

        partner->work = work;
        thread = workload_clone(flags, partner->stack + STACK_BYTES, &partner->id, run_partner, partner);
        if (thread <= 0)
            return refused(work, __NR_clone, thread);
    }
    return 0;
}

static void stop_partners(struct work *work)
{
    unsigned id;

    atomic_store(&work->wanted, ENOUGH);
    for (int number = 0; number < work->steps->partners; number++)
        while ((id = __atomic_load_n(&work->partners[number].id, __ATOMIC_ACQUIRE)) != 0)
            ENTER4(__NR_futex, &work->partners[number].id, FUTEX_WAIT, id, 0);
}

/* Makes the operations with all threads. None of them is in a call when this returns. */
static int perform(struct work *work, unsigned long times)
{
    unsigned long wanted;

    if (!work->steps->partner)
        return work->steps->run(work, times);
    wanted = atomic_fetch_add(&work->wanted, times) + times;
    if (work->steps->run(work, times) != 0)
        return -1;
    for (int number = 0; number < work->steps->partners; number++)
        while (atomic_load(&work->partners[number].made) != wanted)
            relax();
    return 0;
}

/* The worker. */

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Waits without making calls, because syslat is about to begin or end recording. */
static void spin(struct cworkload_worker *worker, enum cworkload_stage stage)
{
    atomic_store(&worker->stage, stage);
    while (atomic_load(&worker->stage) == stage)
        relax();
}

/* Times the loop that enters no kernel, while nothing is recorded. */
static void time_reference(struct cworkload_worker *worker)
{
    enum { times = 6000 };
    uint64_t start = now();

    worker->reference_result += run_reference(times);
    worker->reference_nanoseconds += now() - start;
}

static void run_batches(struct cworkload_worker *worker, struct work *work)
{
    const struct cworkload_order order = worker->order;

    for (unsigned batch = 0; batch < order.batches && batch < CWORKLOAD_BATCHES; batch++) {
        uint64_t start = order.is_timed ? now() : 0;

        if (perform(work, order.operations) != 0)
            return;
        if (order.is_timed)
            worker->nanoseconds[batch] = now() - start;
    }
}

static void carry_out(struct cworkload_worker *worker, struct work *work, int partner_cpu, long tmpfs)
{
    const struct steps *steps = steps_at(worker->order.index);

    /* The buffer and the stacks are large, and no case expects anything in them. */
    memset(work, 0, offsetof(struct work, partners));
    for (int number = 0; number < PARTNERS; number++)
        memset(&work->partners[number], 0, offsetof(struct partner, stack));
    memset(&worker->report, 0, sizeof(worker->report));
    work->report = &worker->report;
    work->steps = steps;
    work->partner_cpu = partner_cpu;
    work->tmpfs = tmpfs;
    work->is_slowed = worker->order.is_slowed;
    work->bytes = steps->bytes + (work->is_slowed ? PLANTED_BYTES : 0);
    work->file = work->other = -1;
    work->ends[0] = work->ends[1] = work->back[0] = work->back[1] = -1;
    memset(work->many, -1, sizeof(work->many));
    work->is_warming_up = true;
    worker->reference_nanoseconds = 0;
    if (steps->prepare && steps->prepare(work) != 0)
        goto finish;
    if (steps->partner && start_partners(work) != 0)
        goto finish;
    /* Before the warm-up, which brings back into the caches what the loop drives out. */
    time_reference(worker);
    if (perform(work, worker->order.warm_up) == 0) {
        work->is_warming_up = false;
        spin(worker, CWORKLOAD_READY);
        run_batches(worker, work);
        spin(worker, CWORKLOAD_DONE);
        time_reference(worker);
    }
    if (steps->partner)
        stop_partners(work);
finish:
    if (steps->finish)
        steps->finish(work);
}

/* Mounts a private tmpfs, which vanishes with the worker, on the first of these folders that exists. */
static long enter_tmpfs(void)
{
    static const char *const folders[] = {"/tmp", "/run", "/dev/shm", "/mnt"};

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return -errno;
    for (size_t number = 0; number < sizeof(folders) / sizeof(*folders); number++)
        if (mount("tmpfs", folders[number], "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=700") == 0)
            return chdir(folders[number]) == 0 ? 0 : -errno;
    return -errno;
}

/* Room for the cases that wait for many descriptors. If there is none, they report it. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 4 * MANY ? limit.rlim_max : 4 * MANY;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Undoes what it inherited from syslat. */
static void become_worker(pid_t parent, int cpu)
{
    sigset_t none;
    int null;

    /* A terminal's signals must only go to syslat. */
    setsid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
    prctl(PR_SET_NAME, "syslat-bench");
    /* The default timer slack, which affects sleeps. */
    prctl(PR_SET_TIMERSLACK, 50000);
    for (int number = 1; number < SIGSYS; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    null = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; standard++)
        dup2(null, standard);
    syscall(SYS_close_range, 3, ~0U, 0);
    raise_descriptor_limit();
    bind_thread(cpu);
}

static void serve(struct cworkload_worker *worker, int partner_cpu)
{
    long tmpfs = enter_tmpfs();
    struct work *work = mmap(NULL, sizeof(*work), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (work == MAP_FAILED)
        _exit(1);
    open_ring();
    for (;;) {
        while (atomic_load(&worker->stage) == CWORKLOAD_WAITING)
            syscall(SYS_futex, &worker->stage, FUTEX_WAIT, CWORKLOAD_WAITING, NULL);
        carry_out(worker, work, partner_cpu, tmpfs);
        atomic_store(&worker->stage, CWORKLOAD_WAITING);
    }
}

/* Its parent. */

struct cworkload_worker *cworkload_start(int cpu, int partner_cpu)
{
    pid_t parent = getpid();
    struct cworkload_worker *worker = mmap(NULL, sizeof(*worker), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int error;
    pid_t child;

    if (worker == MAP_FAILED)
        return NULL;
    child = fork();
    if (child == 0) {
        become_worker(parent, cpu);
        serve(worker, partner_cpu);
    }
    worker->pid = child;
    if (child > 0)
        return worker;
    error = errno;
    munmap(worker, sizeof(*worker));
    errno = error;
    return NULL;
}

void cworkload_end(struct cworkload_worker *worker)
{
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    munmap(worker, sizeof(*worker));
}

pid_t cworkload_pid(const struct cworkload_worker *worker)
{
    return worker->pid;
}

int cworkload_is_alive(const struct cworkload_worker *worker)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void cworkload_give(struct cworkload_worker *worker, const struct cworkload_order *order)
{
    worker->order = *order;
    atomic_store(&worker->stage, CWORKLOAD_ORDERED);
    syscall(SYS_futex, &worker->stage, FUTEX_WAKE, 1);
}

enum cworkload_stage cworkload_stage_of(const struct cworkload_worker *worker)
{
    return atomic_load(&worker->stage);
}

void cworkload_go(struct cworkload_worker *worker)
{
    atomic_store(&worker->stage, CWORKLOAD_GO);
}

void cworkload_release(struct cworkload_worker *worker)
{
    atomic_store(&worker->stage, CWORKLOAD_RELEASED);
}

struct cworkload_report cworkload_report(const struct cworkload_worker *worker)
{
    return worker->report;
}

uint64_t cworkload_batch_nanoseconds(const struct cworkload_worker *worker, unsigned batch)
{
    return batch < CWORKLOAD_BATCHES ? worker->nanoseconds[batch] : 0;
}

uint64_t cworkload_reference_nanoseconds(const struct cworkload_worker *worker)
{
    return worker->reference_nanoseconds;
}

int cworkload_cpus(int *cpus, int room)
{
    struct cpus set = {0};
    int found = 0;

    if (sched_getaffinity(0, sizeof(set), (cpu_set_t *)&set) != 0)
        return -1;
    for (int cpu = 0; cpu < (int)sizeof(set) * CHAR_BIT && found < room; cpu++)
        if (set.words[(unsigned)cpu / bits] >> ((unsigned)cpu % bits) & 1)
            cpus[found++] = cpu;
    return found;
}

int cworkload_bind(int cpu)
{
    return cworkload_allow(&cpu, 1);
}

int cworkload_allow(const int *cpus, int count)
{
    struct cpus set = {0};

    for (int number = 0; number < count; number++)
        set.words[(unsigned)cpus[number] / bits] |= 1UL << ((unsigned)cpus[number] % bits);
    return sched_setaffinity(0, sizeof(set), (const cpu_set_t *)&set);
}
