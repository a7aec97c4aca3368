// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* With the preemption count, which takes a kernel with BTF of its own. */
#include "conditions.bpf.h"

/* PREEMPT_MASK (include/linux/preempt.h). */
#define PREEMPTION_BITS 0xff

#if defined(__TARGET_ARCH_x86)
extern const int __preempt_count __ksym __weak;
#else
/* Where arm64 has the count (arch/arm64/include/asm/thread_info.h). */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info___arm64 {
    struct {
        __u32 count;
    } preempt;
};

struct task_struct___arm64 {
    struct thread_info___arm64 thread_info;
};

#pragma clang attribute pop
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
    struct task_struct___arm64 *task = (struct task_struct___arm64 *)bpf_get_current_task();

    if (!bpf_core_field_exists(task->thread_info.preempt.count))
        return SYSLAT_PREEMPTION_UNKNOWN;
    return BPF_CORE_READ(task, thread_info.preempt.count) & PREEMPTION_BITS ? SYSLAT_PREEMPTION_OFF : SYSLAT_PREEMPTION_ON;
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
