/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fast path: native calls with nothing special about them (specialcalls.bpf.h), of a known thread, whose entry keeps the call
 * while it lasts. Any other call takes the general path from its beginning, so the fast path handles no other case.
 *
 * The compiler keeps the blocks in the order of the source. The rare ones stand at the end, so most calls take no jump.
 */
#ifndef SYSLAT_FAST_BPF_H
#define SYSLAT_FAST_BPF_H

#include "general.bpf.h"

/* Whether the fast path measures every call, or leaves some unmeasured. */
enum measuring { MEASURES_ALL, MEASURES_SOME };

/* The word of a native call without its number, and the same for an unmeasured call. */
#define NATIVE_CALL ((__u64)NATIVE_ABI << SYSLAT_CALL_ABI_SHIFT)
#define UNMEASURED_NATIVE_CALL (NATIVE_CALL | (__u64)SYSLAT_UNMEASURED << SYSLAT_CALL_SAMPLING_SHIFT)

/* How many calls a slot can count. */
#define MOST_ENTERED (~0U)

/* The entry of a call that is not for the fast path. */
static __noinline int enter_other(const __u64 *context)
{
    struct syslat_known_thread *known = known_thread_of(registers_of(context));

    if (known && is_in_call(&known->slot) && in_scope(bpf_get_current_pid_tgid() >> 32)) {
        count_unseen_exit(&known->slot);
        leave_call(&known->slot);
    }
    if (known && has_left_work(&known->slot))
        give_up_work(&known->slot);
    if (known && known->slot.entered == MOST_ENTERED) {
        count_entered(MOST_ENTERED);
        known->slot.entered = 0;
        begin_block(&known->block, 0);
    }
    enter_general(context, TYPED);
    meet_thread(registers_of(context));
    return 0;
}

/* Ends the call in a known thread's entry: another epoch has begun since it entered, or it took too long for an event. */
static __always_inline void end_known_call(struct syslat_known_thread *known, const __u64 *context)
{
    const struct current_thread current = current_thread(TYPED);

    if (!may_end_calls(tgid_of(&current, TYPED)))
        return;
    end_call(&known->slot, &current, context, TYPED, KEEPS_CALLS);
    leave_measured_call(&known->slot, task_of(&current, TYPED));
}

/* The exit of a call that is not for the fast path. */
static __noinline int exit_other(const __u64 *context)
{
    struct syslat_known_thread *known = known_thread_of(registers_of(context));

    if (known && is_in_call(&known->slot))
        end_known_call(known, context);
    else
        exit_general(context, TYPED, NAMES_CALLERS, KEEPS_CALLS);
    meet_thread(registers_of(context));
    return 0;
}

/* Whether the call's word is its number and NATIVE_CALL: it has no other ABI, no vDSO serves it, and it installs no filter. */
static __always_inline bool is_fast_call(__u32 number, struct task_struct *task, const enum measuring measuring)
{
    __u64 index = number;
    bool is_fast;

    barrier_var(index); /* keeps the bound where the verifier sees it */
    if (index >= SYSLAT_INDEXED_NUMBERS)
        return false;
    if (measuring == MEASURES_SOME)
        is_fast = control.met[syslat_call_index(NATIVE_ABI, 0) + index] == MET_FAST;
    else
        is_fast = special_calls[index].any == 0;
    return is_fast && !is_compat_call(task);
}

static __always_inline int enter_fast(const __u64 *context, const enum measuring measuring)
{
    struct syslat_known_thread *known = known_thread_at(registers_of(context));
    struct task_struct *task;
    __u32 thread, entered;
    __u64 call;

    /* Who. */
    if (!is_known(known, registers_of(context)))
        goto other;
    if (known->owner == 0)
        goto out;
    /* Which call. */
    call = (__u32)context[1];
    task = known_task(known);
    if (!is_fast_call(call, task, measuring))
        goto other;
    /* Slot. */
    thread = known->slot.thread;
    entered = known->slot.entered;
    if (thread & (SYSLAT_IN_CALL | SYSLAT_LEFT_WORK) || entered == MOST_ENTERED)
        goto other;
    known->slot.thread = thread | SYSLAT_IN_CALL;
    known->slot.entered = entered + 1;
    note_switches(&known->slot, task, TYPED);
    if (measuring == MEASURES_SOME && entered == known->block.next)
        goto drawn;
    if (measuring == MEASURES_SOME) {
        known->slot.call = call | UNMEASURED_NATIVE_CALL;
        known->slot.start_ns = coarse_time();
    } else {
        known->slot.call = call | NATIVE_CALL;
        known->slot.start_ns = bpf_ktime_get_ns();
    }
out:
    return 0;
drawn:
    known->slot.call = call | NATIVE_CALL | take_drawn(&known->block);
    known->slot.start_ns = bpf_ktime_get_ns();
    goto out;
other:
    enter_other(context);
    goto out;
}

/* The error of a native call. */
static __always_inline __u64 native_error_of(__u64 result)
{
    __u64 error = -result;

    return error > SYSLAT_MAX_ERRNO ? 0 : error;
}

/* The word of a completed call on the fast path. */
static __always_inline __u64 completed_fast_call(const struct syslat_slot *slot, struct task_struct *task, __u64 result)
{
    return slot->call | native_error_of(result) << SYSLAT_CALL_ERROR_SHIFT |
           outcome_of(slot, task, TYPED) << SYSLAT_CALL_OUTCOME_SHIFT;
}

/* The same as is_slow(), of a call of the fast path. */
static __always_inline bool is_slow_native(__u64 call, __u64 duration_ns)
{
    __u64 number = (__u32)call;

    barrier_var(number); /* keeps the bound where the verifier sees it */
    return duration_ns >= slow_from[NATIVE_ABI * SYSLAT_ABI_INDEXES + (number & (SYSLAT_ABI_INDEXES - 1))];
}

/* Counts an unmeasured call of the fast path, where no program preempts another. */
static __always_inline void count_unmeasured(__u32 number, bool failed, __u64 outcome)
{
    /* Calls of the fast path have an index of their own. */
    struct syslat_unmeasured *completed = unmeasured_of(NATIVE_ABI * SYSLAT_ABI_INDEXES + number);

    if (completed)
        completed->calls[bounded_completion(outcome, failed)]++;
}

static __always_inline int exit_fast(const __u64 *context, const enum measuring measuring, const enum keeping keeping)
{
    struct syslat_known_thread *known = known_thread_at(registers_of(context));
    struct syslat_cpu *cpu;
    __u64 duration, call;

    /* Slot. */
    if (!is_known(known, registers_of(context)))
        goto other;
    if (known->owner == 0)
        goto out;
    if (!is_in_call(&known->slot))
        goto other;
    if (measuring == MEASURES_SOME) {
        call = known->slot.call;
        if (call >> 32 != UNMEASURED_NATIVE_CALL >> 32)
            goto measured;
        leave_call(&known->slot);
        count_unmeasured(call, native_error_of(context[1]) != 0, outcome_of(&known->slot, known_task(known), TYPED));
        goto out;
    }
measured:
    duration = bpf_ktime_get_ns() - known->slot.start_ns;
    if (duration >> SYSLAT_VALUE_BITS != 0)
        goto other;
    /* Outcome. */
    cpu = this_cpu();
    call = completed_fast_call(&known->slot, known_task(known), context[1]);
    /* Out. */
    hold_batch(cpu);
    if (cpu->batch.header.count >= SYSLAT_BATCH_EVENTS)
        goto full;
    write_event(cpu, duration, call, known->owner);
done:
    release_batch(cpu);
    if (keeping == KEEPS_CALLS && is_slow_native(call, duration))
        goto slow;
ended:
    leave_measured_call(&known->slot, known_task(known));
out:
    return 0;
full:
    append_to_full_batch(cpu, duration, call, known->owner);
    goto done;
slow:
    keep_call_of(context, known->slot.start_ns, duration, call);
    goto ended;
other:
    exit_other(context);
    goto out;
}

#endif
