/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The short way of most calls: 64-bit ones that no vDSO serves, of a thread that has its slot to itself. Whatever is otherwise
 * takes the long way from its beginning, so that nothing is done in two ways but what these calls need.
 *
 * The compiler leaves blocks in their order here: what is rare stands at the end, so that most calls take no jump.
 */
#ifndef SYSLAT_PLAIN_BPF_H
#define SYSLAT_PLAIN_BPF_H

#include "calls.bpf.h"
#include "threads.bpf.h"

/* The word of a plain call without its number. */
#define PLAIN_CALL ((__u64)SYSLAT_NATIVE_ABI << SYSLAT_CALL_ABI_SHIFT)

static __noinline int other_call_entered(const __u64 *context)
{
    meet_thread(registers_of(context));
    return call_entered(context, true);
}

static __noinline int other_call_exited(const __u64 *context)
{
    meet_thread(registers_of(context));
    return call_exited(context, true, true);
}

/* Whether a call's number is its word, with nothing to add: no other ABI, and no call that a vDSO serves. */
static __always_inline bool is_plain_number(__u32 number, struct task_struct *task, const bool samples)
{
    __u64 place = number;
    bool is_plain;

    barrier_var(place); /* the bound is to stay where the verifier sees it */
    if (place >= SYSLAT_SELECTABLE_NUMBERS)
        return false;
    is_plain = samples ? met[SYSLAT_NATIVE_ABI * SYSLAT_SELECTABLE_NUMBERS + place] == MET_PLAIN : vdso_calls[place] == 0;
#if defined(__TARGET_ARCH_x86)
    return is_plain && !(task->thread_info.status & TS_COMPAT);
#else
    return is_plain;
#endif
}

/* `samples`: not every call is measured. */
static __always_inline int plain_call_entered(const __u64 *context, const bool samples)
{
    struct known_thread *known = known_thread_at(registers_of(context));
    struct task_struct *task;
    struct syslat_slot *slot;
    __u32 thread;
    __u64 call;

    if (!is_known(known, context[0]))
        goto other;
    if (!is_watched(known->tgid))
        return 0;
    call = (__u32)context[1];
    task = known_task(known);
    if (!is_plain_number(call, task, samples))
        goto other;
    slot = slot_of(known->tid);
    thread = slot->thread;
    if (thread & SYSLAT_IN_CALL || !set_thread(slot, thread, known->tid | SYSLAT_IN_CALL, true))
        goto other;
    call |= PLAIN_CALL;
    if (samples)
        call |= choose_next(&known->block);
    remember(slot, task, call, true);
    slot->start_ns = samples ? entry_time(call) : bpf_ktime_get_ns();
    return 0;
other:
    return other_call_entered(context);
}

/* Whether a word that a slot remembers has nothing but a number, and perhaps its sampling. */
static __always_inline bool is_plain_call(__u64 call, const bool samples)
{
    if (samples)
        call &= ~(15ULL << SYSLAT_CALL_SAMPLING_SHIFT);
    return call >> SYSLAT_CALL_ABI_SHIFT == SYSLAT_NATIVE_ABI;
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
    struct known_thread *known = known_thread_at(registers_of(context));
    struct syslat_slot *slot;
    struct syslat_cpu *cpu;
    __u64 duration, call;

    if (!is_known(known, context[0]))
        goto other;
    if (!is_watched(known->tgid))
        return 0;
    slot = slot_of(known->tid);
    if (slot->thread != (known->tid | SYSLAT_IN_CALL) || !is_plain_call(slot->call, samples))
        goto other;
    if (samples && is_unsampled(slot->call)) {
        count_unsampled(completed_plain_call(slot, known_task(known), context[1]));
        slot->thread = known->tid;
        return 0;
    }
    duration = bpf_ktime_get_ns() - slot->start_ns;
    if (duration >> SYSLAT_VALUE_BITS != 0)
        goto other;
    cpu = this_cpu();
    call = completed_plain_call(slot, known_task(known), context[1]);
    hold_batch(cpu);
    if (cpu->batch.header.count >= SYSLAT_BATCH_EVENTS)
        goto full;
    write_event(cpu, duration, call, known->tgid);
done:
    release_batch(cpu);
    slot->thread = known->tid;
    return 0;
full:
    append_to_full_batch(cpu, duration, call, known->tgid);
    goto done;
other:
    return other_call_exited(context);
}

#endif
