/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vDSO ticks. Calls that the vDSO serves never enter the kernel, so a CPU clock looks where user code stands: the ticks that fall
 * inside the vDSO tell how much time is spent there.
 */
#ifndef SYSLAT_TICKS_BPF_H
#define SYSLAT_TICKS_BPF_H

#include "scope.bpf.h"

/* Below are the images of 32-bit processes, which have other functions. */
#define FIRST_NATIVE_IMAGE (1ULL << 32)

/* The function to which an offset into the image belongs. */
static __always_inline __u32 function_at(__u32 offset)
{
    __u32 function = 0;

    for (__u32 i = 0; i < SYSLAT_VDSO_REGIONS; i++) {
        if (i >= config.vdso_regions || config.regions[i].start > offset)
            break;
        function = config.regions[i].function;
    }
    return function;
}

static __always_inline int tick(__u64 ip)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct syslat_tick_key key = {};
    struct syslat_ticks fresh = {};
    struct syslat_ticks *found;
    __u64 image;

    key.tgid = bpf_get_current_pid_tgid() >> 32;
    if (current_phase() == SYSLAT_CALIBRATING || !in_scope(key.tgid))
        return 0;
    image = (__u64)BPF_CORE_READ(task, mm, context.vdso);
    if (image < FIRST_NATIVE_IMAGE || ip - image >= config.vdso_bytes)
        return 0;
    __atomic_fetch_add(&control.vdso_ticks, 1, __ATOMIC_RELAXED);
    key.function = function_at(ip - image);
    found = bpf_map_lookup_elem(&ticks, &key);
    if (!found) {
        read_process_name(fresh.comm);
        bpf_map_update_elem(&ticks, &key, &fresh, BPF_NOEXIST);
        found = bpf_map_lookup_elem(&ticks, &key);
    }
    if (found) {
        __atomic_fetch_add(&found->count, 1, __ATOMIC_RELAXED);
        /* Not the period in the event: that stays what it was when the event was opened (6.18). */
        __atomic_fetch_add(&found->period_ns, *(volatile __u64 *)&control.tick_period_ns, __ATOMIC_RELAXED);
        return 0;
    }
    __atomic_fetch_add(&this_cpu()->counters.ticks_unnoted, 1, __ATOMIC_RELAXED);
    return 0;
}

#endif
