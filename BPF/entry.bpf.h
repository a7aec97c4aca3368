/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The steps of an entry that both paths share: which call it is, and what its slot notes. */
#ifndef SYSLAT_ENTRY_BPF_H
#define SYSLAT_ENTRY_BPF_H

#include "current.bpf.h"
#include "maps.bpf.h"

/* The word of the call that the current thread is making: number and ABI. */
static __always_inline __u64 entered_call(struct task_struct *task, __s32 number, const enum program_kind kind)
{
    __u32 abi = abi_of_call(task, number, kind);

    return (__u32)without_x32_bit(abi, number) | (__u64)abi << SYSLAT_CALL_ABI_SHIFT;
}

/* The entry time of an unmeasured call. It is only needed for the age of a call that has not returned. */
static __always_inline __u64 coarse_time(void)
{
    return *(volatile __u64 *)&control.coarse_now_ns;
}

/* The exit compares these with the task's counters then: has the thread slept, or lost the CPU? */
static __always_inline void note_switches(struct syslat_slot *slot, struct task_struct *task, const enum program_kind kind)
{
    slot->voluntary = READ(task, nvcsw, kind);
    slot->involuntary = READ(task, nivcsw, kind);
}

/* Counts calls that no slot counts: a spilled one, or 2^32 when the count in a slot wraps around. */
static __noinline int count_entered(__u64 calls)
{
    add_on_cpu(&this_cpu()->counters.entered, calls);
    return 0;
}

#endif
