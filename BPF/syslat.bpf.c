// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs. A capture loads one program set: `fast` or `fastSampling`, or the general path, `typed` or `raw`. The typed task
 * hooks go with all sets but `raw`, which has its own.
 */
#include <linux/bpf_perf_event.h>

#include "fast.bpf.h"
#include "tasks.bpf.h"
#include "vdso/ticks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

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

SEC("raw_tp/sys_enter")
int sys_enter_raw(__u64 *context)
{
    return enter_general(context, RAW);
}

SEC("tp_btf/sys_exit")
int sys_exit_typed(__u64 *context)
{
    return exit_general(context, TYPED, LEAVES_CALLERS_UNNAMED);
}

SEC("raw_tp/sys_exit")
int sys_exit_raw(__u64 *context)
{
    return exit_general(context, RAW, LEAVES_CALLERS_UNNAMED);
}

SEC("tp_btf/sys_exit")
int sys_exit_typed_naming(__u64 *context)
{
    return exit_general(context, TYPED, NAMES_CALLERS);
}

SEC("raw_tp/sys_exit")
int sys_exit_raw_naming(__u64 *context)
{
    return exit_general(context, RAW, NAMES_CALLERS);
}

/* The task hooks. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork_typed, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(child, TYPED);
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(task_fork_raw, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(child, RAW);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(task_exec_typed, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, TYPED);
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(task_exec_raw, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, RAW);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exit_typed, struct task_struct *task)
{
    return task_exited(task, TYPED);
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(task_exit_raw, struct task_struct *task)
{
    return task_exited(task, RAW);
}

/* The vDSO. */
#if defined(__TARGET_ARCH_x86)
SEC("raw_tp/emulate_vsyscall")
int BPF_PROG(vsyscall, int which)
{
    return vsyscall_emulated(which);
}
#endif

SEC("perf_event")
int tick_vdso(struct bpf_perf_event_data *context)
{
    return tick(PT_REGS_IP(&context->regs));
}

/*
 * Empties this CPU's batch. User space runs it on a CPU whose events have waited too long. It runs in an interrupt, perhaps in the
 * middle of an append: then it leaves the batch alone. It returns 1 if the batch is to be tried again.
 */
SEC("raw_tp")
int flush_batch(void *context)
{
    struct syslat_cpu *cpu = this_cpu();
    int busy = 0;

    if (has_interrupted_user(cpu))
        return 1;
    if (!enter_batch(cpu))
        busy = 1;
    else if (cpu->batch.header.count > 0)
        busy = !send_batch(cpu);
    leave_batch(cpu);
    return busy;
}
