// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The raw programs: the general path on kernels that have no BTF of their own, or are too old for typed programs. They are an object of
 * their own, because libbpf looks for the kernel's BTF for all of an object or for none of it.
 */
#define PROGRAM_KIND RAW
#include "shared_programs.bpf.h"

SEC("raw_tp/sys_enter")
int sys_enter_raw(__u64 *context)
{
    return enter_general(context, RAW);
}

SEC("raw_tp/sys_exit")
int sys_exit_raw(__u64 *context)
{
    return exit_general(context, RAW, LEAVES_CALLERS_UNNAMED, KEEPS_CALLS);
}

SEC("raw_tp/sys_exit")
int sys_exit_raw_naming(__u64 *context)
{
    return exit_general(context, RAW, NAMES_CALLERS, KEEPS_CALLS);
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(task_fork_raw, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(READ(child, tgid, RAW), child);
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(task_exec_raw, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, RAW);
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(task_exit_raw, struct task_struct *task)
{
    return task_exited(task, RAW);
}

SEC("raw_tp/sched_switch")
int task_switch_raw(__u64 *context)
{
    return switched(context, (struct task_struct *)context[1], (struct task_struct *)context[2], RAW);
}

/* The same where perf events run them (classic.bpf.h). */
SEC("tp/raw_syscalls/sys_enter")
int sys_enter_raw_classic(struct trace_event_raw_sys_enter *event)
{
    const __u64 context[] = {current_registers(RAW), event->id};

    return enter_general(context, RAW);
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_raw_naming_classic(struct trace_event_raw_sys_exit *event)
{
    const __u64 context[] = {current_registers(RAW), event->ret};

    return exit_general(context, RAW, NAMES_CALLERS, KEEPS_CALLS_WITHOUT_STACKS);
}
