// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* With the preemption count, which takes a kernel with BTF of its own. */
#include "conditions.bpf.h"

#if defined(__TARGET_ARCH_x86)
/* PREEMPT_MASK (include/linux/preempt.h). */
#define PREEMPTION_BITS 0xff

extern const int __preempt_count __ksym __weak;
#endif

/* Whether the current thread may be preempted here. */
static __always_inline enum syslat_preemption preemption(void)
{
#if defined(__TARGET_ARCH_x86)
    const __u32 *count;

    if (!&__preempt_count)
        return SYSLAT_PREEMPTION_UNKNOWN;
    count = bpf_this_cpu_ptr(&__preempt_count);
    return *count & PREEMPTION_BITS ? SYSLAT_PREEMPTION_OFF : SYSLAT_PREEMPTION_ON;
#else
    return SYSLAT_PREEMPTION_UNKNOWN;
#endif
}

SEC("raw_tp/sys_enter")
int look_at_call(__u64 *context)
{
    if (!is_asking())
        return 0;
    note_registers(context);
    conditions.calls = preemption();
    return 0;
}

SEC("raw_tp/task_rename")
int look_at_other(__u64 *context)
{
    if (is_asking())
        conditions.others = preemption();
    return 0;
}
