/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which processes and which calls are watched. A process that is not watched pays for this file and nothing else. */
#ifndef SYSLAT_SCOPE_BPF_H
#define SYSLAT_SCOPE_BPF_H

#include "maps.bpf.h"

static __always_inline __u32 current_epoch(void)
{
    return *(volatile __u32 *)&control.epoch;
}

/* The enum syslat_phase of an epoch. */
static __always_inline __u32 phase_of(__u32 epoch)
{
    return epoch & ((1 << SYSLAT_EPOCH_PHASE_BITS) - 1);
}

static __always_inline __u32 current_phase(void)
{
    return phase_of(current_epoch());
}

/* The byte of a process in the watch list. Ids are below the limit; the mask tells the verifier so. */
static __always_inline __u8 *watch_byte(__u32 tgid)
{
    return &watch[(__u64)tgid & (SYSLAT_PID_LIMIT - 1)];
}

static __always_inline bool is_watched(__u32 tgid)
{
    return *watch_byte(tgid);
}

/* Whether the current process, `tgid`, is watched in a phase where the watch list doesn't say. */
static __noinline int is_watched_otherwise(__u32 tgid)
{
    __u32 phase = current_phase();

    if (phase == SYSLAT_RECORDING_CGROUP)
        return tgid != config.self_tgid && bpf_current_task_under_cgroup(&cgroup, 0) == 1;
    /* Other threads of the profiler are not watched: their calls would be left in slots when the phase is over. */
    return phase == SYSLAT_CALIBRATING && (__u32)bpf_get_current_pid_tgid() == config.calibrating_tid;
}

/* Whether the current process, `tgid`, is watched now. */
static __always_inline bool in_scope(__u32 tgid)
{
    if (unlikely(current_phase() != SYSLAT_RECORDING))
        return is_watched_otherwise(tgid);
    return is_watched(tgid);
}

/* Whether exits of the current process, `tgid`, complete calls now. One that has left the cgroup still completes its call. */
static __always_inline bool may_end_calls(__u32 tgid)
{
    __u32 phase = current_phase();

    if (unlikely(phase != SYSLAT_RECORDING))
        return phase == SYSLAT_RECORDING_CGROUP || is_watched_otherwise(tgid);
    return is_watched(tgid);
}

/* Whether the selection has a call. A function of its own, since most captures have no selection. */
static __noinline int is_among_selected(__u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __s32 number = syslat_call_number(call);

    if (current_phase() == SYSLAT_CALIBRATING)
        return true;
    if ((__u32)number < SYSLAT_ABI_INDEXES) {
        __u32 index = abi * SYSLAT_ABI_INDEXES + number;

        barrier_var(index); /* the compiler knows that the mask changes nothing; the verifier of Linux 5.10 needs it */
        index &= SYSLAT_CALL_INDEXES - 1;
        return config.selected[index / 64] >> (index % 64) & 1;
    }
    for (__u32 i = 0; i < SYSLAT_OTHER_NUMBERS; i++) {
        if (i < config.other_count && config.other_abis[i] == abi && config.other_numbers[i] == number)
            return !config.others_selected;
    }
    return config.others_selected;
}

static __always_inline bool is_selected(__u64 call)
{
    return !config.has_selection || is_among_selected(call);
}

#endif
