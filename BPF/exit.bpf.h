/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The steps of an exit that both paths share: what has become of the call. */
#ifndef SYSLAT_EXIT_BPF_H
#define SYSLAT_EXIT_BPF_H

#include "current.bpf.h"
#include "maps.bpf.h"

static __always_inline __u64 outcome_of(const struct syslat_slot *slot, struct task_struct *task, const enum program_kind kind)
{
    __u64 voluntary = (__u32)READ(task, nvcsw, kind) - slot->voluntary;
    __u64 involuntary = (__u32)READ(task, nivcsw, kind) - slot->involuntary;
    __u64 blocked, preempted;

    /*
     * Arithmetic instead of branches, and barriers so the compiler doesn't bring the branches back: where calls block now and then,
     * the CPU would mispredict them, which takes longer than all of this.
     */
    barrier_var(voluntary);
    barrier_var(involuntary);
    blocked = -voluntary >> 63;
    preempted = -involuntary >> 63;
    barrier_var(blocked);
    barrier_var(preempted);
    return blocked * SYSLAT_BLOCKED | (preempted & ~blocked) * SYSLAT_PREEMPTED;
}

/* The error that a result stands for; 0 for a success. */
static __always_inline __u64 error_of(__u64 call, long result)
{
    __u32 error = -(__u32)result;

    if (likely(error - 1 >= SYSLAT_MAX_ERRNO))
        return 0;
    /* A 32-bit result that was not sign-extended is an error all the same. */
    return result == (__s32)result || syslat_call_abi(call) == SYSLAT_COMPAT_CODE ? error : 0;
}

/* The word of a completed call. */
static __always_inline __u64 completed_call(const struct syslat_slot *slot, struct task_struct *task, long result,
                                            const enum program_kind kind)
{
    __u64 call = slot->call;

    return call | error_of(call, result) << SYSLAT_CALL_ERROR_SHIFT | outcome_of(slot, task, kind) << SYSLAT_CALL_OUTCOME_SHIFT;
}

#endif
