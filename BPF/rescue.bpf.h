/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hole that classic programs leave. While a task is inside an operation on a BPF map by bpf(2), the kernel skips all programs of perf
 * events on its CPU, also while the task is off the CPU (bpf_disable_instrumentation, include/linux/bpf.h). So when a skip is noticed, a
 * program is attached to the function that would call them. It runs with preemption off as well, and the kernel skips it only where it
 * already runs on that CPU, which no other thread can cause then.
 *
 * It handles the event. The classic program that comes after it, unless it is skipped, finds that out and leaves the event alone.
 */
#ifndef SYSLAT_RESCUE_BPF_H
#define SYSLAT_RESCUE_BPF_H

#include "classic.bpf.h"
#include "threads.bpf.h"

/* Begins to handle an event, and returns which it is (enum syslat_event_kind). */
static __always_inline __u32 handle_event(const __u64 *arguments)
{
    const struct trace_event_call *call = (const struct trace_event_call *)arguments[3];
    __u32 number = call->event.type;
    struct syslat_cpu *cpu;
    __u32 kind;

    for (kind = SYSLAT_ENTRY_EVENT; kind < SYSLAT_CLASSIC_EVENTS && number != config.classic_events[kind]; kind++)
        ;
    if (kind == SYSLAT_CLASSIC_EVENTS)
        return SYSLAT_NO_EVENT;
    cpu = this_cpu();
    if (cpu->handled == SYSLAT_ENTRY_EVENT)
        cpu->counters.rescued_entries++;
    else if (cpu->handled >= SYSLAT_FORK_EVENT)
        cpu->counters.rescued_tasks++;
    cpu->handled = kind;
    return kind;
}

/* The data of an event of a type, from the arguments of perf_trace_run_bpf_submit (kernel/events/core.c). */
#define EVENT(type, arguments)                                                                                                     \
    ((const struct type *)bpf_rdonly_cast((const void *)(arguments)[0], bpf_core_type_id_kernel(struct type)))

/* Handles an event of another kind than those of system calls. */
static __noinline int rescue_task(const __u64 *arguments, __u32 kind)
{
    if (kind == SYSLAT_FORK_EVENT)
        return task_started(EVENT(trace_event_raw_task_newtask, arguments));
    if (kind == SYSLAT_EXEC_EVENT)
        return task_execed(EVENT(trace_event_raw_sched_process_exec, arguments)->old_pid, TYPED);
    return kind == SYSLAT_TASK_EXIT_EVENT ? current_task_exited(TYPED) : 0;
}

#endif
