/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who makes a call, told without asking the kernel: a helper call takes some 13 ns where returns are guarded against speculation
 * (SRSO, retbleed), and both tracepoints of every process on the machine would make one. A thread's registers lie in its kernel
 * stack, so that their address, which comes with the tracepoint, is the thread's alone while it lives.
 *
 * An entry belongs to the first thread that finds it free, until that thread ends. Nobody else writes it, so that what is in it
 * needs no further look while the epoch lasts: all that most calls ask and leave is in one cache line. A thread that finds its
 * entry taken is looked up by the kernel, as on kernels that have no plain programs.
 */
#ifndef SYSLAT_THREADS_BPF_H
#define SYSLAT_THREADS_BPF_H

#include "sampling.bpf.h"
#include "scope.bpf.h"

/* Stacks of 16 KiB and the page that guards them lie 32 KiB apart at least (THREAD_SIZE, THREAD_ALIGN; kernel/fork.c). */
#define STACK_DISTANCE_SHIFT 15

/* Kernel: 6.2. Loads through what it gives are checked, so that the object need not be there. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/*
 * Kernel: 6.4. Told by a name that came then: to ask for the function's address is refused before, and what user space found out
 * would have to be loaded at every call.
 */
enum bpf_link_type___6_4 { BPF_LINK_TYPE_NETFILTER___6_4 = 10 };
#define CASTS_TASKS bpf_core_enum_value_exists(enum bpf_link_type___6_4, BPF_LINK_TYPE_NETFILTER___6_4)

/* The entry for registers at an address; it may be another thread's. */
static __always_inline struct syslat_known_thread *known_thread_at(const void *registers)
{
    __u32 low;

    /* The lower half of a pointer is a number, which is more than the verifier allows the compiler to make of all of it. */
    asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)registers));
    return &known_threads[low >> STACK_DISTANCE_SHIFT & (SYSLAT_KNOWN_THREADS - 1)];
}

/* The entry of the thread whose registers those are; null if it has none. */
static __always_inline struct syslat_known_thread *known_thread_of(const void *registers)
{
    struct syslat_known_thread *thread;

    if (!config.knows_threads)
        return 0;
    thread = known_thread_at(registers);
    return thread->registers == (__u64)registers ? thread : 0;
}

/* Whether an entry is that of the thread whose registers those are, and what it says holds now. */
static __always_inline bool is_known(const struct syslat_known_thread *thread, __u64 registers)
{
    return thread->registers == registers && thread->epoch == current_epoch();
}

/* The task of a known thread, which is the current one. */
static __always_inline struct task_struct *known_task(const struct syslat_known_thread *thread)
{
    if (likely(CASTS_TASKS))
        return bpf_rdonly_cast((void *)thread->task, bpf_core_type_id_kernel(struct task_struct));
    return bpf_get_current_task_btf();
}

/* Gives the current thread its entry, if that is free and does not keep a call that was in flight when recording ended. */
static __always_inline bool take_entry(struct syslat_known_thread *thread, void *registers, struct task_struct *task)
{
    if (thread->registers != 0 || thread->slot.thread != 0)
        return false;
    /* By these the thread's end finds the entry. */
    if ((void *)bpf_task_pt_regs(task) != registers || __sync_val_compare_and_swap(&thread->registers, 0, 1) != 0)
        return false;
    thread->task = (__u64)task;
    barrier();
    *(volatile __u64 *)&thread->registers = (__u64)registers;
    return true;
}

/* Looks up what holds of the current thread in this epoch. */
static __always_inline void look_up_thread(struct syslat_known_thread *thread, struct task_struct *task)
{
    /* Nothing is added, but a barrier comes with it: what an epoch begins with is read after it. */
    __u32 epoch = __sync_fetch_and_add(&control.epoch, 0);

    thread->tgid = in_scope(task->tgid) ? task->tgid : 0;
    if (thread->tgid && thread->slot.thread == 0)
        thread->slot.thread = task->pid;
    if (config.sampling && thread->block.shift != control.sampling_shift)
        begin_block(&thread->block, thread->slot.entered);
    thread->epoch = epoch;
}

/*
 * Makes the current thread known in this epoch, after one of its entries or exits has been dealt with in the general way, which has
 * noted there that the thread was seen. Kernel: 5.15 (bpf_task_pt_regs).
 */
static __always_inline void meet_thread(void *registers)
{
    struct syslat_known_thread *thread = known_thread_at(registers);
    struct task_struct *task;

    if (is_known(thread, (__u64)registers))
        return;
    task = bpf_get_current_task_btf();
    if (thread->registers == (__u64)registers || take_entry(thread, registers, task))
        look_up_thread(thread, task);
}

/* When the current thread ends. True if it does so inside of a call that its entry has. */
static __always_inline bool forget_thread(void)
{
    struct syslat_known_thread *thread;
    bool was_in_call;

    if (!config.knows_threads)
        return false;
    thread = known_thread_of((void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
    if (!thread)
        return false;
    was_in_call = is_in_call(&thread->slot);
    /* What was in flight when recording ended stays for the report. */
    if (!was_in_call || current_phase() != SYSLAT_STOPPED)
        thread->slot.thread = 0;
    barrier();
    *(volatile __u64 *)&thread->registers = 0;
    return was_in_call;
}

/* When the current thread has taken over another's id. True if it did so inside of a call that its entry has. */
static __always_inline bool rename_thread(__u32 tid)
{
    struct syslat_known_thread *thread;

    if (!config.knows_threads)
        return false;
    thread = known_thread_of((void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
    if (!thread || thread->slot.thread == 0)
        return false;
    thread->slot.thread = (thread->slot.thread & SYSLAT_IN_CALL) | tid;
    return is_in_call(&thread->slot);
}

/* Whether the thread whose registers those are has been seen since recording began. */
static __always_inline bool was_seen(const void *registers)
{
    const struct syslat_known_thread *thread = known_thread_of(registers);

    return thread && thread->slot.thread != 0;
}

#endif
