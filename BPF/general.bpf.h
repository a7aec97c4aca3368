/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The general path: any call, any ABI, with a selection, in a cgroup, on any kernel.
 *
 * BPF has four registers that outlive a helper call. The path of most calls is written so four are enough and nothing goes to the
 * stack: arguments and ids are read again where they are needed.
 */
#ifndef SYSLAT_GENERAL_BPF_H
#define SYSLAT_GENERAL_BPF_H

#include "batch.bpf.h"
#include "entry.bpf.h"
#include "exit.bpf.h"
#include "inflight.bpf.h"
#include "refused.bpf.h"
#include "sampling.bpf.h"
#include "scope.bpf.h"
#include "slow/slow.bpf.h"
#include "threads.bpf.h"
#include "vdso/callers.bpf.h"
#include "vdso/evidence.bpf.h"

/* ---- Entry: who, which call, slot ---- */

/* Keeps a call in the spill table, since another thread is using its slot. It is measured in any case, and stands for itself. */
static __noinline int enter_without_slot(struct task_struct *task, __u64 call)
{
    __u32 tid = bpf_get_current_pid_tgid();
    struct syslat_slot *kept;
    struct syslat_slot entered = {
        .thread = tid | SYSLAT_IN_CALL,
        .call = call,
        .voluntary = BPF_CORE_READ(task, nvcsw),
        .involuntary = BPF_CORE_READ(task, nivcsw),
        .start_ns = bpf_ktime_get_ns(), /* until the call is kept: someone may be looking at the calls in flight */
    };

    count_entered(1);
    spill_call(&entered);
    kept = bpf_map_lookup_elem(&spill, &tid);
    if (kept)
        kept->start_ns = bpf_ktime_get_ns();
    return 0;
}

static __always_inline int enter_general(const __u64 *context, const enum program_kind kind)
{
    const struct current_thread current = current_thread(kind);
    struct task_struct *task;
    struct syslat_slot *slot;
    __u64 call;

    if (!in_scope(tgid_of(&current, kind)))
        return 0;
    task = task_of(&current, kind);
    call = entered_call(task, context[1], kind);
    if (!is_selected(call))
        return 0;
    slot = take_slot(tid_of(&current, kind), kind);
    if (config.sampling) {
        if (is_sampling())
            call = syslat_pooled_call(call);
        if (slot)
            call |= choose(tid_of(&current, kind), call);
    }
    if (unlikely(special_about(syslat_call_number(call))) && !syslat_call_is_unmeasured(call))
        call |= look_at_entry(task, registers_of(context), call);
    if (unlikely(!slot))
        return enter_without_slot(task, call);
    slot->entered++;
    if (unlikely(slot->entered == 0))
        count_entered(1ULL << 32);
    slot->call = call;
    note_switches(slot, task, kind);
    slot->start_ns = syslat_call_is_unmeasured(call) ? coarse_time() : bpf_ktime_get_ns();
    return 0;
}

/* ---- Exit: slot, outcome, out ---- */

/* Ends a measured call, which returned at `now`. */
static __always_inline void end_measured_call(const struct syslat_slot *slot, __u64 now, const struct current_thread *current,
                                              const __u64 *context, const enum program_kind kind, const enum keeping keeping)
{
    struct syslat_cpu *cpu = this_cpu();
    __u64 call = completed_call(slot, task_of(current, kind), context[1], kind);

    append(cpu, now - slot->start_ns, call, owner_of(current, kind));
    keep_if_slow(context, slot->start_ns, now - slot->start_ns, call, kind, keeping);
}

static __always_inline void end_unmeasured_call(const struct syslat_slot *slot, const struct current_thread *current,
                                                const __u64 *context, const enum program_kind kind)
{
    __u32 index = syslat_call_index(syslat_call_abi(slot->call), syslat_call_number(slot->call));
    bool failed = error_of(slot->call, context[1]) != 0;
    __u64 outcome = outcome_of(slot, task_of(current, kind), kind);
    struct syslat_unmeasured *completed = unmeasured_of(index);

    if (completed)
        add_on_cpu(&completed->calls[bounded_completion(outcome, failed)], 1);
}

/* Ends a call whose entry was seen. The clock is read first, which keeps the rest of the program out of the latency. */
static __always_inline void end_call(const struct syslat_slot *slot, const struct current_thread *current, const __u64 *context,
                                     const enum program_kind kind, const enum keeping keeping)
{
    if (syslat_call_is_unmeasured(slot->call))
        end_unmeasured_call(slot, current, context, kind);
    else
        end_measured_call(slot, bpf_ktime_get_ns(), current, context, kind, keeping);
}

/*
 * An exit without an entry. If the thread has been seen before, the call was refused, or the kernel skipped the program at its entry. If not,
 * the call began before the recording, or this is the first return of a new task from its parent's fork.
 */
static __always_inline int exit_without_entry(const __u64 *context, struct task_struct *task, __u32 tid,
                                              const enum program_kind kind)
{
    struct pt_regs___syslat *registers = registers_of(context);
    struct syslat_slot *slot = slot_of(tid);
    struct syslat_cpu *cpu = this_cpu();
    __u32 thread = slot->thread;
    __u64 call = entered_call(task, number_at_exit(registers), kind);

    if (!is_selected(call))
        return 0;
    if ((thread & ~SYSLAT_LEFT_WORK) == tid || was_seen(registers)) {
        if (config.may_skip && !may_be_refused(task, kind))
            return count_unseen_entry(call | error_of(call, context[1]) << SYSLAT_CALL_ERROR_SHIFT, last_slot(registers, slot));
        return count_refused(call, context[1]);
    }
    if (READ(task, start_time, kind) >= control.recording_start_ns)
        add_on_cpu(&cpu->counters.new_task_returns, 1);
    else
        add_on_cpu(&cpu->counters.began_before, 1);
    note_new_thread();
    if (!(thread & (SYSLAT_IN_CALL | SYSLAT_LEFT_WORK)))
        set_thread(slot, thread, tid, kind);
    return 0;
}

/* The exit of a thread that is in no slot: its call was spilled, or its entry was not seen. Returns the spilled call, or 0. */
static __always_inline __u64 exit_without_slot(const __u64 *context, const enum program_kind kind, const enum keeping keeping)
{
    const struct current_thread current = current_thread(kind);
    struct syslat_slot spilled = {};

    if (any_spilled()) {
        __u64 now = bpf_ktime_get_ns();

        if (take_spilled(tid_of(&current, kind), &spilled)) {
            if (syslat_call_is_unmeasured(spilled.call))
                end_unmeasured_call(&spilled, &current, context, kind);
            else
                end_measured_call(&spilled, now, &current, context, kind, keeping);
            /* There is no slot to keep the time of the exit. */
            if (thread_after_call(&spilled, task_of(&current, kind), 0, kind) != 0)
                send_after_exit(spilled.call, 0);
            return spilled.call;
        }
    }
    if (!in_scope(tgid_of(&current, kind)))
        return 0;
    return exit_without_entry(context, task_of(&current, kind), tid_of(&current, kind), kind);
}

/* Functions of their own: few exits come here. */
static __noinline __u64 exit_without_slot_typed(const __u64 *context)
{
    return exit_without_slot(context, TYPED, KEEPS_CALLS);
}

static __noinline __u64 exit_without_slot_raw(const __u64 *context)
{
    return exit_without_slot(context, RAW, KEEPS_CALLS);
}

static __noinline __u64 exit_without_slot_or_stack(const __u64 *context)
{
    return exit_without_slot(context, RAW, KEEPS_CALLS_WITHOUT_STACKS);
}

static __always_inline int exit_general(const __u64 *context, const enum program_kind kind, const enum caller_naming naming,
                                        const enum keeping keeping)
{
    const struct current_thread current = current_thread(kind);
    struct syslat_slot *slot;
    __u64 call;

    /* Between windows, and after the end, calls that are under way stay so. */
    if (!may_end_calls(tgid_of(&current, kind)))
        return 0;
    slot = slot_of(tid_of(&current, kind));
    if (likely(slot->thread == (tid_of(&current, kind) | SYSLAT_IN_CALL))) {
        end_call(slot, &current, context, kind, keeping);
        call = slot->call;
        /* From now on another thread may take it: nothing of this call may be read after that. */
        leave_slot(slot, tid_of(&current, kind) | SYSLAT_IN_CALL,
                   thread_after_call(slot, task_of(&current, kind), tid_of(&current, kind), kind), kind);
    } else {
        call = kind == TYPED            ? exit_without_slot_typed(context)
               : keeping == KEEPS_CALLS ? exit_without_slot_raw(context)
                                        : exit_without_slot_or_stack(context);
    }
    note_caller(registers_of(context), call, naming);
    if (unlikely(special_about(syslat_call_number(call)) & INSTALLS_FILTER))
        note_before_entry(task_of(&current, kind), tgid_of(&current, kind));
    return 0;
}

#endif
