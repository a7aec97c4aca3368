/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How the kernel runs the programs of tracepoints, as two of them find it while one thread makes a system call and gives itself a name.
 * Throw-away programs: they are attached for a moment, before a capture decides which of its own to load.
 */
#ifndef SYSLAT_CONDITIONS_BPF_H
#define SYSLAT_CONDITIONS_BPF_H

#include "current.bpf.h"
#include "preemption.bpf.h"
#include "syslat/conditions.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct syslat_conditions_request request SEC(".rodata.request");
struct syslat_conditions conditions SEC(".data.conditions");

/* Whether the current thread is the one that asks. */
static __always_inline bool is_asking(void)
{
    return (__u32)bpf_get_current_pid_tgid() == request.tid;
}

/* Notes how far into its stack the registers of the current thread lie. */
static __always_inline void note_registers(const __u64 *context)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    conditions.registers_place = (__u64)registers_of(context) - (__u64)BPF_CORE_READ(task, stack);
}

#endif
