/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Work after the exit. A call may leave work to its thread, such as giving up the last reference to a file. The kernel does it
 * between the exit tracepoint and the return to the program (resume_user_mode_work, include/linux/resume_user_mode.h), so the
 * program waits for it.
 *
 * At the exit the thread's pending work is looked at. If there is some, and a hook comes after the work, the slot keeps the time of
 * the exit, marked SYSLAT_LEFT_WORK, until the hook. Otherwise the call is counted with no time. What was still marked when the slot is
 * needed again has no time either: the hook doesn't come to every thread.
 */
#ifndef SYSLAT_AFTEREXIT_BPF_H
#define SYSLAT_AFTEREXIT_BPF_H

#include "batch.bpf.h"

/* Whether the current thread may have pending work. Most calls leave none, and this is all they pay. */
static __always_inline bool may_leave_work(struct task_struct *task, const enum program_kind kind)
{
    return unlikely(READ(task, thread_info.flags, kind) & WORK_FLAGS);
}

/* Reports that a call left work, which took `duration_ns`; 0 if it could not be measured. Outside the batches: it is rare. */
static __noinline int send_after_exit(__u64 call, __u64 duration_ns)
{
    struct syslat_single_call record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_CALL, .count = 1},
        .duration_ns = duration_ns,
        .call = call | (__u64)SYSLAT_AFTER_EXIT << SYSLAT_CALL_OUTCOME_SHIFT,
    };

    if (bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()) && !overflow_duration(record.duration_ns, record.call))
        __atomic_fetch_add(&this_cpu()->counters.work_unnoted, 1, __ATOMIC_RELAXED);
    return 0;
}

/*
 * Ends the call of the current thread in a slot, and looks at the work that it leaves. Returns what the slot's `thread` becomes. The
 * work of unmeasured calls is left out: the measured ones stand for them.
 */
static __noinline int thread_with_work(struct syslat_slot *slot, __u32 tid)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    if (!slot || !BPF_CORE_READ(task, task_works) || syslat_call_is_unmeasured(slot->call))
        return tid;
    if (control.finds_end_of_work) {
        slot->start_ns = bpf_ktime_get_ns();
        return tid | SYSLAT_LEFT_WORK;
    }
    send_after_exit(slot->call, 0);
    return tid;
}

/* The thread of a slot whose call has ended. */
static __always_inline __u32 thread_after_call(struct syslat_slot *slot, struct task_struct *task, __u32 tid,
                                               const enum program_kind kind)
{
    return may_leave_work(task, kind) ? thread_with_work(slot, tid) : tid;
}

/* Whether the work of a call that ended at `exit_ns` belongs to this recording. */
static __always_inline bool is_of_recording(__u64 exit_ns)
{
    return exit_ns >= control.recording_start_ns;
}

/* Takes the mark off a slot that is needed for another call. */
static __noinline int give_up_work(struct syslat_slot *slot)
{
    if (!slot)
        return 0;
    if (is_of_recording(slot->start_ns))
        send_after_exit(slot->call, 0);
    slot->thread &= ~SYSLAT_LEFT_WORK;
    return 0;
}

/*
 * Takes the mark off a slot by id, where another thread may do so at the same time; `thread` is what the slot holds from then on. False if
 * the other was first. Only typed programs mark slots.
 */
static __noinline int take_marked_slot(struct syslat_slot *slot, __u32 thread)
{
    __u32 seen;
    __u64 call, exit_ns;

    if (!slot)
        return false;
    seen = load_in_order(&slot->thread);
    call = slot->call;
    exit_ns = slot->start_ns;
    if (!(seen & SYSLAT_LEFT_WORK) || __sync_val_compare_and_swap(&slot->thread, seen, thread) != seen)
        return false;
    if (is_of_recording(exit_ns))
        send_after_exit(call, 0);
    return true;
}

#endif
