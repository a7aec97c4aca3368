/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Refused calls: a seccomp filter, its supervisor or a tracer kept them from being made. They leave the kernel before the entry
 * tracepoint (syscall_trace_enter, kernel/entry/common.c); the exit tracepoint comes all the same.
 */
#ifndef SYSLAT_REFUSED_BPF_H
#define SYSLAT_REFUSED_BPF_H

#include "beforeentry.bpf.h"
#include "entry.bpf.h"
#include "exit.bpf.h"

/* Who refused the current thread's call. A tracer that refuses a call sets its number to -1, or catches all calls. */
static __always_inline __u32 refuser_of(struct task_struct *task, __s32 number)
{
    bool is_traced = BPF_CORE_READ(task, ptrace);

    if (number == -1 && is_traced)
        return SYSLAT_REFUSED_BY_TRACER;
    if (is_filtered(task))
        return is_supervised(task) ? SYSLAT_REFUSED_BY_SUPERVISOR : SYSLAT_REFUSED_BY_FILTER;
    return is_traced ? SYSLAT_REFUSED_BY_TRACER : SYSLAT_REFUSED_BY_UNKNOWN;
}

/* Counts a refused call, `call` being its number and ABI. */
static __noinline int count_refused(__u64 call, long result)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct syslat_cpu *cpu = this_cpu();
    struct syslat_refused_key key = {};
    __u64 none = 0;
    __u64 *calls;

    add_on_cpu(&cpu->counters.refused, 1);
    key.call = call | error_of(call, result) << SYSLAT_CALL_ERROR_SHIFT;
    key.by = refuser_of(task, syslat_call_number(call));
    calls = bpf_map_lookup_elem(&refused, &key);
    if (!calls) {
        bpf_map_update_elem(&refused, &key, &none, BPF_NOEXIST);
        calls = bpf_map_lookup_elem(&refused, &key);
    }
    if (calls)
        __atomic_fetch_add(calls, 1, __ATOMIC_RELAXED);
    else
        add_on_cpu(&cpu->counters.refused_unnoted, 1);
    return 0;
}

#endif
