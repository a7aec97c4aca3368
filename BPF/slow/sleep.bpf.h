/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where calls sleep. At each context switch of the machine, a watched thread that leaves the CPU in the middle of a call notes its
 * stacks, and for how long it was away when it comes back. The exit of a slow call finds that, and so does who looks at calls in flight.
 */
#ifndef SYSLAT_SLEEP_BPF_H
#define SYSLAT_SLEEP_BPF_H

#include "inflight.bpf.h"
#include "scope.bpf.h"
#include "threads.bpf.h"

/* The sleeps of a thread, or of another one that shares its slot. */
static __always_inline struct syslat_sleep *sleep_at(__u32 tid)
{
    __u32 place = slot_place(tid);

    return bpf_map_lookup_elem(&sleeps, &place);
}

/* The slot of the call that the current thread, `tid`, is in; null if it is in none that is watched. */
static __always_inline const struct syslat_slot *slot_in_call(__u32 tid, const enum program_kind kind)
{
    const struct syslat_slot *slot;

    if (kind == TYPED && config.knows_threads) {
        const struct syslat_known_thread *thread = known_thread_of(task_registers(bpf_get_current_task_btf()));

        if (thread && is_in_call(&thread->slot))
            return &thread->slot;
    }
    slot = slot_of(tid);
    if (slot->thread == (tid | SYSLAT_IN_CALL))
        return slot;
    return any_spilled() ? bpf_map_lookup_elem(&spill, &tid) : 0;
}

/* Ends the sleep of a thread, if it sleeps. */
static __always_inline void end_sleep(struct syslat_sleep *sleep)
{
    __u64 slept_ns;

    if (!sleep->left_ns)
        return;
    slept_ns = bpf_ktime_get_ns() - sleep->left_ns;
    sleep->left_ns = 0;
    sleep->slept.count++;
    sleep->slept.total_ns += slept_ns;
    if (slept_ns >= sleep->slept.longest_ns) {
        sleep->slept.longest_ns = slept_ns;
        sleep->slept.stack = sleep->stack;
    }
}

/*
 * The current thread leaves the CPU of itself. The kernel has counted that as a voluntary switch if it waits for something, and as an
 * involuntary one if it only gives others a turn. Its state would not tell: another CPU may be waking it by now.
 */
static __always_inline void note_sleep(void *context, __u32 tid, __u32 voluntary, const enum program_kind kind)
{
    const struct syslat_slot *slot = slot_in_call(tid, kind);
    struct syslat_sleep *sleep = slot ? sleep_at(tid) : 0;

    if (!sleep)
        return;
    if (sleep->tid != tid || sleep->start_ns != slot->start_ns) {
        sleep->tid = tid;
        sleep->start_ns = slot->start_ns;
        sleep->voluntary = slot->voluntary;
        sleep->left_ns = 0;
        sleep->slept = (struct syslat_slept){};
    }
    if (sleep->voluntary == voluntary)
        return;
    end_sleep(sleep);
    sleep->voluntary = voluntary;
    sleep->stack = bpf_get_stackid(context, &sleep_stacks, 0);
    sleep->user_stack = bpf_get_stackid(context, &sleep_stacks, BPF_F_USER_STACK);
    sleep->left_ns = bpf_ktime_get_ns();
}

/* A thread goes on. */
static __always_inline void note_end_of_sleep(__u32 tid)
{
    struct syslat_sleep *sleep = sleep_at(tid);

    if (sleep && sleep->tid == tid)
        end_sleep(sleep);
}

/* The arguments of the tracepoint: whether the task is preempted, the task, the one that follows it. */
static __always_inline int switched(__u64 *context, struct task_struct *previous, struct task_struct *next,
                                    const enum program_kind kind)
{
    if (current_phase() == SYSLAT_STOPPED)
        return 0;
    note_end_of_sleep(READ(next, pid, kind));
    if (!context[0] && in_scope(READ(previous, tgid, kind)))
        note_sleep(context, READ(previous, pid, kind), READ(previous, nvcsw, kind), kind);
    return 0;
}

/* How the current thread slept in a call that it has ended. */
static __always_inline void describe_sleep(struct syslat_details *call)
{
    struct syslat_sleep *sleep;

    call->slept = (struct syslat_slept){};
    if (!config.notes_sleep)
        return;
    sleep = sleep_at(call->tid);
    if (!sleep || sleep->tid != call->tid || sleep->start_ns != call->start_ns)
        return;
    /* Not every kernel tells of every switch: threads may go on unseen. */
    end_sleep(sleep);
    call->slept = sleep->slept;
}

#endif
