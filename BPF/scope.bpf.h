/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which processes and which calls are watched. An unwatched process pays for what is in this file and no more. */
#ifndef SYSLAT_SCOPE_BPF_H
#define SYSLAT_SCOPE_BPF_H

#include "maps.bpf.h"

static __always_inline __u32 current_phase(void)
{
    return *(volatile __u32 *)&control.phase;
}

/* Whether calls are taken in at all, whoever makes them. */
static __always_inline bool is_recording(void)
{
    __u32 phase = current_phase();

    return phase == SYSLAT_RECORDING || phase == SYSLAT_CALIBRATING;
}

/* The watch byte of a process; null only for an id that no kernel gives. */
static __always_inline __u8 *watch_byte(__u32 tgid)
{
    barrier_var(tgid); /* as in slot_of */
    return tgid < SYSLAT_PID_LIMIT ? &watch[tgid] : 0;
}

static __always_inline bool is_watched(__u32 tgid)
{
    __u8 *byte = watch_byte(tgid);

    return byte && *byte;
}

/* Whether the current process belongs to the target, whatever the phase. */
static __always_inline bool in_target(__u32 tgid)
{
    if (config.scope == SYSLAT_SCOPE_PROCESSES)
        return is_watched(tgid);
    if (tgid == config.self_tgid)
        return false;
    if (config.scope == SYSLAT_SCOPE_CGROUP)
        return bpf_current_task_under_cgroup(&cgroup, 0) == 1;
    return true;
}

/* Whether the current process, `tgid`, is watched now. */
static __always_inline bool in_scope(__u32 tgid)
{
    __u32 phase = current_phase();

    if (phase == SYSLAT_RECORDING)
        return in_target(tgid);
    /* That thread alone: calls of others would still be in flight, in a slot, when the phase is over. */
    return phase == SYSLAT_CALIBRATING && (__u32)bpf_get_current_pid_tgid() == config.calibrating_tid;
}

static __always_inline bool is_selected(__u32 abi, __s32 number)
{
    if (!config.has_selection || current_phase() == SYSLAT_CALIBRATING)
        return true;
    if (abi < SYSLAT_ABI_COUNT && (__u32)number < SYSLAT_SELECTABLE_NUMBERS) {
        __u32 bit = abi * SYSLAT_SELECTABLE_NUMBERS + number;

        barrier_var(bit); /* the compiler knows that the mask changes nothing; the verifier of Linux 5.10 needs it */
        bit &= SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS - 1;
        return config.selected[bit / 64] >> (bit % 64) & 1;
    }
    for (__u32 i = 0; i < SYSLAT_OTHER_NUMBERS; i++) {
        if (i < config.other_count && config.other_abis[i] == abi && config.other_numbers[i] == number)
            return !config.others_selected;
    }
    return config.others_selected;
}

#endif
