/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who makes a call, told without asking the kernel: a helper call takes some 13 ns where returns are guarded against speculation
 * (SRSO, retbleed), and both tracepoints of every process on the machine would make one. A thread's registers lie in its kernel
 * stack, so that their address, which comes with the tracepoint, is the thread's alone while it lives.
 *
 * An entry belongs to the first thread that finds it free, until that thread ends. Nobody else writes it, so that what is in it
 * needs no further look. A thread that finds its entry taken is looked up by the kernel, as on kernels that have no plain programs.
 */
#ifndef SYSLAT_THREADS_BPF_H
#define SYSLAT_THREADS_BPF_H

#include "maps.bpf.h"

#define KNOWN_THREADS 65536
/* Stacks of 16 KiB and the page that guards them lie 32 KiB apart at least (THREAD_SIZE, THREAD_ALIGN; kernel/fork.c). */
#define STACK_DISTANCE_SHIFT 15

struct known_thread {
    __u64 registers; /* their address; 0 of a free entry, 1 of one that is being written */
    __u64 task;      /* struct task_struct * */
    __u32 tid;
    __u32 tgid;
    __u32 phases;    /* enum syslat_phase, or-ed: when the plain programs may take its calls */
    __u32 block;     /* of its calls, where they are sampled */
};
struct known_thread known_threads[KNOWN_THREADS] SEC(".bss.threads");

/* Kernel: 6.2. Loads through what it gives are checked, so that the object need not be there. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/* The entry for registers at an address; it may be another thread's. */
static __always_inline struct known_thread *known_thread_at(const void *registers)
{
    __u32 low;

    /* The lower half of a pointer is a number, which is more than the verifier allows the compiler to make of all of it. */
    asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)registers));
    return &known_threads[low >> STACK_DISTANCE_SHIFT & (KNOWN_THREADS - 1)];
}

/* Whether an entry is that of the thread whose registers those are, and the plain programs may take its calls now. */
static __always_inline bool is_known(const struct known_thread *thread, __u64 registers)
{
    return thread->registers == registers && thread->phases & *(volatile __u32 *)&control.phase;
}

/* The task of a known thread, which is the current one. */
static __always_inline struct task_struct *known_task(const struct known_thread *thread)
{
    if (config.casts_tasks)
        return bpf_rdonly_cast((void *)thread->task, bpf_core_type_id_kernel(struct task_struct));
    return bpf_get_current_task_btf();
}

/* Makes the current thread known, if its entry is free. Kernel: 5.15 (bpf_task_pt_regs). */
static __always_inline void meet_thread(void *registers)
{
    struct known_thread *thread = known_thread_at(registers);
    struct task_struct *task;

    if (thread->registers != 0)
        return;
    task = bpf_get_current_task_btf();
    /* By these the thread's end finds the entry. */
    if ((void *)bpf_task_pt_regs(task) != registers || __sync_val_compare_and_swap(&thread->registers, 0, 1) != 0)
        return;
    thread->task = (__u64)task;
    thread->tid = task->pid;
    thread->tgid = task->tgid;
    thread->phases = SYSLAT_RECORDING | (thread->tid == config.calibrating_tid ? SYSLAT_CALIBRATING : 0);
    barrier();
    *(volatile __u64 *)&thread->registers = (__u64)registers;
}

/* When the current thread ends, or has taken over another's id. */
static __always_inline void forget_thread(void)
{
    struct known_thread *thread;
    void *registers;

    if (!config.knows_threads)
        return;
    registers = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
    thread = known_thread_at(registers);
    if (thread->registers == (__u64)registers)
        *(volatile __u64 *)&thread->registers = 0;
}

#endif
