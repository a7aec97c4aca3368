/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The hooks that come after the work which calls have left to their threads (afterexit.bpf.h). For typed programs. */
#ifndef SYSLAT_WORKHOOKS_BPF_H
#define SYSLAT_WORKHOOKS_BPF_H

#include "afterexit.bpf.h"
#include "arch.bpf.h"
#include "threads.bpf.h"

/* The slot in which the current thread has left work; null if it has left none. */
static __always_inline struct syslat_slot *slot_with_work(struct task_struct *task)
{
    struct syslat_known_thread *known;
    struct syslat_slot *slot;

    if (config.knows_threads) {
        /* The registers of the thread lie at the end of its stack, so either address gives its place. */
        known = known_thread_at(task->stack);
        if (known->task == (__u64)task && known->slot.thread & SYSLAT_LEFT_WORK)
            return &known->slot;
    }
    slot = slot_of(task->pid);
    return unlikely(slot->thread == (task->pid | SYSLAT_LEFT_WORK)) ? slot : 0;
}

/* Reports the work that the current thread has done. With `is_certain`, this is the return from the call that left it. */
static __noinline int end_work(struct syslat_slot *slot, int is_certain)
{
    __u64 now = bpf_ktime_get_ns();
    __u64 call, exit_ns;
    __u32 thread;

    if (!slot || !may_end_calls(bpf_get_current_pid_tgid() >> 32))
        return 0;
    call = slot->call;
    exit_ns = slot->start_ns;
    thread = slot->thread;
    if (__sync_val_compare_and_swap(&slot->thread, thread, thread & ~SYSLAT_LEFT_WORK) != thread || !is_of_recording(exit_ns))
        return 0;
    send_after_exit(call, is_certain && now > exit_ns ? now - exit_ns : 0);
    return 0;
}

/*
 * A hook that comes after the work of every call (task_work_run, kernel/task_work.c). It takes a kernel that lets programs attach to
 * functions.
 */
static __always_inline int work_function_returned(void)
{
    struct syslat_slot *slot = slot_with_work(bpf_get_current_task_btf());

    return slot ? end_work(slot, true) : 0;
}

/*
 * A hook that comes after the work of threads with restartable sequences, as the threads of most C libraries are, and at other times as
 * well. If it is the return from the call that left the work, the registers still hold its number; interrupts have none.
 */
static __always_inline int restartable_sequence_updated(struct task_struct *task)
{
    struct syslat_slot *slot = slot_with_work(task);
    __s32 number;

    if (!slot)
        return 0;
    number = number_at_exit(task_registers(task));
    return end_work(slot, number >= 0 && without_x32_bit(syslat_call_abi(slot->call), number) == syslat_call_number(slot->call));
}

#endif
