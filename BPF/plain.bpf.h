/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The short way of most calls: 64-bit ones that no vDSO serves, of a known thread, whose entry has the call while it lasts.
 * Whatever is otherwise takes the long way from its beginning, so that nothing is done in two ways but what these calls need.
 *
 * The compiler leaves blocks in their order here: what is rare stands at the end, so that most calls take no jump.
 */
#ifndef SYSLAT_PLAIN_BPF_H
#define SYSLAT_PLAIN_BPF_H

#include "calls.bpf.h"

/* The word of a plain call without its number; and that of one that is not measured. */
#define PLAIN_CALL ((__u64)SYSLAT_NATIVE_ABI << SYSLAT_CALL_ABI_SHIFT)
#define PASSED_OVER (PLAIN_CALL | (__u64)SYSLAT_UNMEASURED << SYSLAT_CALL_SAMPLING_SHIFT)

/* How many calls a slot can count. */
#define MOST_ENTERED (~0U)

static __noinline int other_call_entered(const __u64 *context)
{
    struct syslat_known_thread *known = known_thread_of(registers_of(context));

    if (known && is_in_call(&known->slot) && in_scope(bpf_get_current_pid_tgid() >> 32)) {
        count_missed_exit();
        leave_call(&known->slot);
    }
    if (known && known->slot.entered == MOST_ENTERED) {
        count_entered(MOST_ENTERED);
        known->slot.entered = 0;
        begin_block(&known->block, 0);
    }
    call_entered(context, true);
    meet_thread(registers_of(context));
    return 0;
}

/* Ends the call that a known thread's entry has: another epoch has begun meanwhile, or it has taken too long for an event. */
static __always_inline void end_known_call(struct syslat_known_thread *known, const __u64 *context)
{
    const struct caller caller = current_caller(true);

    if (!may_end_calls(tgid_of(&caller, true)))
        return;
    end_call(&known->slot, &caller, context, true);
    leave_call(&known->slot);
}

static __noinline int other_call_exited(const __u64 *context)
{
    struct syslat_known_thread *known = known_thread_of(registers_of(context));

    if (known && is_in_call(&known->slot))
        end_known_call(known, context);
    else
        call_exited(context, true, true);
    meet_thread(registers_of(context));
    return 0;
}

/* Whether a call's number is its word, with nothing to add: no other ABI, and no call that a vDSO serves. */
static __always_inline bool is_plain_number(__u32 number, struct task_struct *task, const bool samples)
{
    __u64 place = number;
    bool is_plain;

    barrier_var(place); /* the bound is to stay where the verifier sees it */
    if (place >= SYSLAT_SELECTABLE_NUMBERS)
        return false;
    is_plain = samples ? control.met[SYSLAT_NATIVE_ABI * SYSLAT_SELECTABLE_NUMBERS + place] == MET_PLAIN : vdso_calls[place] == 0;
#if defined(__TARGET_ARCH_x86)
    return is_plain && !(task->thread_info.status & TS_COMPAT);
#else
    return is_plain;
#endif
}

/* `samples`: not every call is measured. */
static __always_inline int plain_call_entered(const __u64 *context, const bool samples)
{
    struct syslat_known_thread *known = known_thread_at(registers_of(context));
    struct task_struct *task;
    __u32 thread, entered;
    __u64 call;

    if (!is_known(known, context[0]))
        goto other;
    if (known->tgid == 0)
        goto out;
    call = (__u32)context[1];
    task = known_task(known);
    if (!is_plain_number(call, task, samples))
        goto other;
    thread = known->slot.thread;
    entered = known->slot.entered;
    if (thread & SYSLAT_IN_CALL || entered == MOST_ENTERED)
        goto other;
    known->slot.thread = thread | SYSLAT_IN_CALL;
    known->slot.entered = entered + 1;
    note_switches(&known->slot, task, true);
    if (samples && entered == known->block.next)
        goto chosen;
    if (samples) {
        known->slot.call = call | PASSED_OVER;
        known->slot.start_ns = coarse_time();
    } else {
        known->slot.call = call | PLAIN_CALL;
        known->slot.start_ns = bpf_ktime_get_ns();
    }
out:
    return 0;
chosen:
    known->slot.call = call | PLAIN_CALL | take_chosen(&known->block);
    known->slot.start_ns = bpf_ktime_get_ns();
    goto out;
other:
    other_call_entered(context);
    goto out;
}

/* What is known of a plain call at its exit. */
static __always_inline __u64 completed_plain_call(const struct syslat_slot *slot, struct task_struct *task, __u64 result)
{
    __u64 error = -result;

    if (error > SYSLAT_MAX_ERRNO)
        error = 0;
    return slot->call | error << SYSLAT_CALL_ERROR_SHIFT | outcome_of(slot, task, true) << SYSLAT_CALL_OUTCOME_SHIFT;
}

static __always_inline int plain_call_exited(const __u64 *context, const bool samples)
{
    struct syslat_known_thread *known = known_thread_at(registers_of(context));
    struct syslat_cpu *cpu;
    __u64 duration, call;

    if (!is_known(known, context[0]))
        goto other;
    if (known->tgid == 0)
        goto out;
    if (!is_in_call(&known->slot))
        goto other;
    if (samples) {
        call = known->slot.call;
        if (call >> 32 != PASSED_OVER >> 32)
            goto measured;
        leave_call(&known->slot);
        count_unmeasured(SYSLAT_NATIVE_ABI * SYSLAT_SELECTABLE_NUMBERS + (__u32)call, context[1] > -1ULL - SYSLAT_MAX_ERRNO,
                         outcome_of(&known->slot, known_task(known), true), true);
        goto out;
    }
measured:
    duration = bpf_ktime_get_ns() - known->slot.start_ns;
    if (duration >> SYSLAT_VALUE_BITS != 0)
        goto other;
    cpu = this_cpu();
    call = completed_plain_call(&known->slot, known_task(known), context[1]);
    hold_batch(cpu);
    if (cpu->batch.header.count >= SYSLAT_BATCH_EVENTS)
        goto full;
    write_event(cpu, duration, call, known->tgid);
done:
    release_batch(cpu);
    leave_call(&known->slot);
out:
    return 0;
full:
    append_to_full_batch(cpu, duration, call, known->tgid);
    goto done;
other:
    other_call_exited(context);
    goto out;
}

#endif
