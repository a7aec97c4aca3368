// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The typed programs. A capture loads one program set: of this object `fast` or `fastSampling`, or the general path, `typed`; or `raw`
 * (raw.bpf.c). The object as a whole needs a kernel with BTF of its own, because the fast path calls kernel functions.
 */
#define PROGRAM_KIND TYPED
#include "fast.bpf.h"
#include "rescue.bpf.h"
#include "shared_programs.bpf.h"
#include "workhooks.bpf.h"

/*
 * The fast path. It needs the watch list to decide alone, without a selection or a cgroup; CPU shares that one program uses at a
 * time; and a kernel that can look up mappings.
 */
SEC("tp_btf/sys_enter")
int sys_enter_fast(__u64 *context)
{
    return enter_fast(context, MEASURES_ALL);
}

SEC("tp_btf/sys_exit")
int sys_exit_fast(__u64 *context)
{
    return exit_fast(context, MEASURES_ALL, KEEPS_NOTHING);
}

SEC("tp_btf/sys_exit")
int sys_exit_fast_keeping(__u64 *context)
{
    return exit_fast(context, MEASURES_ALL, KEEPS_CALLS);
}

SEC("tp_btf/sys_enter")
int sys_enter_fast_sampling(__u64 *context)
{
    return enter_fast(context, MEASURES_SOME);
}

SEC("tp_btf/sys_exit")
int sys_exit_fast_sampling(__u64 *context)
{
    return exit_fast(context, MEASURES_SOME, KEEPS_NOTHING);
}

SEC("tp_btf/sys_exit")
int sys_exit_fast_sampling_keeping(__u64 *context)
{
    return exit_fast(context, MEASURES_SOME, KEEPS_CALLS);
}

/* The general path. */
SEC("tp_btf/sys_enter")
int sys_enter_typed(__u64 *context)
{
    return enter_general(context, TYPED);
}

SEC("tp_btf/sys_exit")
int sys_exit_typed(__u64 *context)
{
    return exit_general(context, TYPED, LEAVES_CALLERS_UNNAMED, KEEPS_CALLS);
}

SEC("tp_btf/sys_exit")
int sys_exit_typed_naming(__u64 *context)
{
    return exit_general(context, TYPED, NAMES_CALLERS, KEEPS_CALLS);
}

/* The task hooks. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork_typed, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(READ(child, tgid, TYPED), child);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(task_exec_typed, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, TYPED);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exit_typed, struct task_struct *task)
{
    return task_exited(task, TYPED);
}

/* Where calls sleep. */
SEC("tp_btf/sched_switch")
int task_switch_typed(__u64 *context)
{
    return switched(context, (struct task_struct *)context[1], (struct task_struct *)context[2], TYPED);
}

/* The work that calls have left to their threads. */
SEC("fexit/task_work_run")
int BPF_PROG(task_work_done)
{
    return work_function_returned();
}

SEC("tp_btf/rseq_update")
int BPF_PROG(rseq_updated, struct task_struct *task)
{
    return restartable_sequence_updated(task);
}

/*
 * The same where perf events run them (classic.bpf.h). The bodies take what the other kind of tracepoint program is given: the registers,
 * and the number or the result. Beside each pair, the program that steps in where the kernel skips them (rescue.bpf.h).
 */
static __always_inline int enter_fast_classic(long number, const enum measuring measuring)
{
    const __u64 context[] = {current_registers(TYPED), number};

    return enter_fast(context, measuring);
}

static __always_inline int exit_fast_classic(long result, const enum measuring measuring, const enum keeping keeping)
{
    const __u64 context[] = {current_registers(TYPED), result};

    return exit_fast(context, measuring, keeping);
}

static __always_inline int rescue_fast(const __u64 *arguments, const enum measuring measuring, const enum keeping keeping)
{
    __u32 kind = handle_event(arguments);

    if (kind == SYSLAT_ENTRY_EVENT)
        return enter_fast_classic(EVENT(trace_event_raw_sys_enter, arguments)->id, measuring);
    if (kind == SYSLAT_EXIT_EVENT)
        return exit_fast_classic(EVENT(trace_event_raw_sys_exit, arguments)->ret, measuring, keeping);
    return rescue_task(arguments, kind);
}

SEC("tp/raw_syscalls/sys_enter")
int sys_enter_fast_classic(struct trace_event_raw_sys_enter *event)
{
    return is_handled() ? 0 : enter_fast_classic(event->id, MEASURES_ALL);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_fast_classic(struct trace_event_raw_sys_exit *event)
{
    return is_handled() ? 0 : exit_fast_classic(event->ret, MEASURES_ALL, KEEPS_NOTHING);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_fast_keeping_classic(struct trace_event_raw_sys_exit *event)
{
    return is_handled() ? 0 : exit_fast_classic(event->ret, MEASURES_ALL, KEEPS_CALLS);
}

SEC("fentry/perf_trace_run_bpf_submit")
int rescue_fast_classic(const __u64 *arguments)
{
    return rescue_fast(arguments, MEASURES_ALL, KEEPS_NOTHING);
}

SEC("fentry/perf_trace_run_bpf_submit")
int rescue_fast_keeping_classic(const __u64 *arguments)
{
    return rescue_fast(arguments, MEASURES_ALL, KEEPS_CALLS);
}

SEC("tp/raw_syscalls/sys_enter")
int sys_enter_fast_sampling_classic(struct trace_event_raw_sys_enter *event)
{
    return is_handled() ? 0 : enter_fast_classic(event->id, MEASURES_SOME);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_fast_sampling_classic(struct trace_event_raw_sys_exit *event)
{
    return is_handled() ? 0 : exit_fast_classic(event->ret, MEASURES_SOME, KEEPS_NOTHING);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_fast_sampling_keeping_classic(struct trace_event_raw_sys_exit *event)
{
    return is_handled() ? 0 : exit_fast_classic(event->ret, MEASURES_SOME, KEEPS_CALLS);
}

SEC("fentry/perf_trace_run_bpf_submit")
int rescue_fast_sampling_classic(const __u64 *arguments)
{
    return rescue_fast(arguments, MEASURES_SOME, KEEPS_NOTHING);
}

SEC("fentry/perf_trace_run_bpf_submit")
int rescue_fast_sampling_keeping_classic(const __u64 *arguments)
{
    return rescue_fast(arguments, MEASURES_SOME, KEEPS_CALLS);
}

static __always_inline int enter_general_classic(long number)
{
    const __u64 context[] = {current_registers(TYPED), number};

    return enter_general(context, TYPED);
}

static __always_inline int exit_general_classic(long result)
{
    const __u64 context[] = {current_registers(TYPED), result};

    return exit_general(context, TYPED, NAMES_CALLERS, KEEPS_CALLS);
}

SEC("tp/raw_syscalls/sys_enter")
int sys_enter_typed_classic(struct trace_event_raw_sys_enter *event)
{
    return is_handled() ? 0 : enter_general_classic(event->id);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_typed_naming_classic(struct trace_event_raw_sys_exit *event)
{
    return is_handled() ? 0 : exit_general_classic(event->ret);
}

SEC("fentry/perf_trace_run_bpf_submit")
int rescue_typed_classic(const __u64 *arguments)
{
    __u32 kind = handle_event(arguments);

    if (kind == SYSLAT_ENTRY_EVENT)
        return enter_general_classic(EVENT(trace_event_raw_sys_enter, arguments)->id);
    if (kind == SYSLAT_EXIT_EVENT)
        return exit_general_classic(EVENT(trace_event_raw_sys_exit, arguments)->ret);
    return rescue_task(arguments, kind);
}
