// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The typed programs. A capture loads one program set: of this object `fast` or `fastSampling`, or the general path, `typed`; or `raw`
 * (raw.bpf.c). The object as a whole needs a kernel with BTF of its own, because the fast path calls kernel functions.
 */
#define PROGRAM_KIND TYPED
#include "fast.bpf.h"
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
    return exit_fast(context, MEASURES_ALL);
}

SEC("tp_btf/sys_enter")
int sys_enter_fast_sampling(__u64 *context)
{
    return enter_fast(context, MEASURES_SOME);
}

SEC("tp_btf/sys_exit")
int sys_exit_fast_sampling(__u64 *context)
{
    return exit_fast(context, MEASURES_SOME);
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
    return exit_general(context, TYPED, LEAVES_CALLERS_UNNAMED);
}

SEC("tp_btf/sys_exit")
int sys_exit_typed_naming(__u64 *context)
{
    return exit_general(context, TYPED, NAMES_CALLERS);
}

/* The task hooks. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork_typed, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(child, TYPED);
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
