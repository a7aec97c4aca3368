/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Known threads. The fast path tells who makes a call without asking the kernel: a helper call takes some 13 ns where returns are
 * guarded against speculation (SRSO, retbleed), and both tracepoints of every process on the machine would make one. A thread's
 * registers lie in its kernel stack. Their address comes with the tracepoint, and no other thread has it while this one lives.
 *
 * The address chooses a place in the table. The first thread that finds the place free has its entry there until it ends, and no
 * other thread writes to it. What the entry says holds for one epoch, without a further look. It is one cache line, and all that
 * most calls need. A thread whose place is taken stays unknown and takes the general path.
 */
#ifndef SYSLAT_THREADS_BPF_H
#define SYSLAT_THREADS_BPF_H

#include "arch.bpf.h"
#include "beforeentry.bpf.h"
#include "order.bpf.h"
#include "sampling.bpf.h"
#include "scope.bpf.h"

/* Stacks of 16 KiB and the page that guards them lie 32 KiB apart at least (THREAD_SIZE, THREAD_ALIGN; kernel/fork.c). */
#define STACK_DISTANCE_SHIFT 15

#ifdef SYSLAT_UNCAST
/* Nothing that is loaded there casts. */
#define bpf_rdonly_cast(object, btf_id) ((void *)(object))
#else
/* Gives a pointer of a type, through which loads are checked: the object may be gone. Kernel: 6.2. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;
#endif

/*
 * Whether bpf_rdonly_cast is used: from Linux 6.4 on, told by an enumerator that came with it, which CO-RE turns into a constant.
 * Kernels before 6.4 refuse a program that asks whether a function has an address, and a flag in the configuration would cost a
 * load at every call.
 */
enum bpf_link_type___6_4 { BPF_LINK_TYPE_NETFILTER___6_4 = 10 };
#ifdef SYSLAT_UNCAST
#define CASTS_TASKS false
#else
#define CASTS_TASKS bpf_core_enum_value_exists(enum bpf_link_type___6_4, BPF_LINK_TYPE_NETFILTER___6_4)
#endif

/* The registers of a task. */
static __always_inline struct pt_regs___syslat *task_registers(struct task_struct *task)
{
    return (struct pt_regs___syslat *)bpf_task_pt_regs(task);
}

/* The place for registers at an address. It may be free, or another thread's. */
static __always_inline struct syslat_known_thread *known_thread_at(struct pt_regs___syslat *registers)
{
    __u32 low;

    /* The verifier allows no arithmetic on the pointer, but lets its lower half be copied as a number. */
    asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)(__u64)registers));
    return &known_threads[low >> STACK_DISTANCE_SHIFT & (SYSLAT_KNOWN_THREADS - 1)];
}

/* The entry of the thread with these registers; null if it has none. */
static __always_inline struct syslat_known_thread *known_thread_of(struct pt_regs___syslat *registers)
{
    struct syslat_known_thread *thread;

    if (!config.knows_threads)
        return 0;
    thread = known_thread_at(registers);
    return thread->registers == (__u64)registers ? thread : 0;
}

/* Whether an entry belongs to the thread with these registers, and what it says holds in this epoch. */
static __always_inline bool is_known(const struct syslat_known_thread *thread, struct pt_regs___syslat *registers)
{
    return thread->registers == (__u64)registers && thread->epoch == current_epoch();
}

/* The task of a known thread, which must be the current one. */
static __always_inline struct task_struct *known_task(const struct syslat_known_thread *thread)
{
    if (likely(CASTS_TASKS))
        return bpf_rdonly_cast((void *)thread->task, bpf_core_type_id_kernel(struct task_struct));
    return bpf_get_current_task_btf();
}

/* Gives the current thread its entry; false if the place is taken, or keeps a call that was in flight when recording ended. */
static __always_inline bool take_entry(struct syslat_known_thread *thread, struct pt_regs___syslat *registers,
                                       struct task_struct *task)
{
    if (thread->registers != 0 || thread->slot.thread != 0)
        return false;
    /* Only if the end of the thread will find the entry: it asks bpf_task_pt_regs. */
    if (task_registers(task) != registers || __sync_val_compare_and_swap(&thread->registers, 0, 1) != 0)
        return false;
    thread->task = (__u64)task;
    store_in_order(&thread->registers, (__u64)registers);
    return true;
}

/* Writes down what holds of the current thread in this epoch. */
static __always_inline void look_up_thread(struct syslat_known_thread *thread, struct task_struct *task)
{
    /* Adds nothing, but is a barrier: the watch list and the sampling are read after the epoch. */
    __u32 epoch = __sync_fetch_and_add(&control.epoch, 0);

    thread->owner = !in_scope(task->tgid) ? 0 : config.grouping == SYSLAT_BY_THREAD ? task->pid : task->tgid;
    if (thread->owner && thread->slot.thread == 0)
        thread->slot.thread = task->pid;
    if (config.sampling && thread->block.shift != control.sampling_shift)
        begin_block(&thread->block, thread->slot.entered);
    thread->epoch = epoch;
    if (thread->owner)
        note_before_entry(task, task->tgid);
}

/*
 * Makes the current thread known in this epoch. It runs after an entry or exit on the general path, which has noted in the slot by
 * id that the thread was seen. Kernel: 5.15 (bpf_task_pt_regs).
 */
static __always_inline void meet_thread(struct pt_regs___syslat *registers)
{
    struct syslat_known_thread *thread = known_thread_at(registers);
    struct task_struct *task;

    if (is_known(thread, registers))
        return;
    task = bpf_get_current_task_btf();
    if (thread->registers == (__u64)registers || take_entry(thread, registers, task))
        look_up_thread(thread, task);
}

/* Gives back the entry of the current thread, which is ending. True if the entry holds a call. */
static __always_inline bool forget_thread(void)
{
    struct syslat_known_thread *thread;
    bool was_in_call;

    if (!config.knows_threads)
        return false;
    thread = known_thread_of(task_registers(bpf_get_current_task_btf()));
    if (!thread)
        return false;
    was_in_call = is_in_call(&thread->slot);
    if (has_left_work(&thread->slot) && current_phase() != SYSLAT_STOPPED)
        give_up_work(&thread->slot);
    /* A call that was in flight when recording ended, or had left work, stays for the report. */
    if (!(was_in_call || has_left_work(&thread->slot)) || current_phase() != SYSLAT_STOPPED)
        thread->slot.thread = 0;
    /* The next thread goes on with what this one has counted. */
    store_in_order(&thread->registers, 0);
    return was_in_call;
}

/* Renames the entry of the current thread, which has taken over another's id. True if the entry holds a call. */
static __always_inline bool rename_thread(__u32 tid)
{
    struct syslat_known_thread *thread;

    if (!config.knows_threads)
        return false;
    thread = known_thread_of(task_registers(bpf_get_current_task_btf()));
    if (!thread || thread->slot.thread == 0)
        return false;
    thread->slot.thread = (thread->slot.thread & SYSLAT_IN_CALL) | tid;
    return is_in_call(&thread->slot);
}

/* The slot in which the call of the thread with these registers was last, given its slot by id. */
static __always_inline const struct syslat_slot *last_slot(struct pt_regs___syslat *registers, const struct syslat_slot *slot)
{
    const struct syslat_known_thread *thread = known_thread_of(registers);

    return thread && thread->slot.thread != 0 ? &thread->slot : slot;
}

/* Whether the thread with these registers has been seen since recording began. */
static __always_inline bool was_seen(struct pt_regs___syslat *registers)
{
    const struct syslat_known_thread *thread = known_thread_of(registers);

    return thread && thread->slot.thread != 0;
}

#endif
