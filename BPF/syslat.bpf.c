// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The programs: each hook twice, as a typed twin (tp_btf) and as one for kernels without BTF of their own (raw_tp). */
#include <linux/bpf_perf_event.h>

#include "sampler.bpf.h"
#include "tasks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter_btf, void *regs, long id)
{
    return call_entered(regs, id, true);
}

SEC("raw_tp/sys_enter")
int BPF_PROG(sys_enter_raw, void *regs, long id)
{
    return call_entered(regs, id, false);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_btf, void *regs, long result)
{
    return call_exited(ctx, regs, result, true);
}

SEC("raw_tp/sys_exit")
int BPF_PROG(sys_exit_raw, void *regs, long result)
{
    return call_exited(ctx, regs, result, false);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(task_fork_btf, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(child, true);
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(task_fork_raw, struct task_struct *parent, struct task_struct *child)
{
    return task_forked(child, false);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(task_exec_btf, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, true);
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(task_exec_raw, struct task_struct *task, int old_tid)
{
    return task_execed(old_tid, false);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(task_exit_btf, struct task_struct *task)
{
    return task_exited(task, true);
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(task_exit_raw, struct task_struct *task)
{
    return task_exited(task, false);
}

/* Reached by tail calls from the programs at the exit of a call. Kernel: 5.17 (bpf_find_vma). */
SEC("tp_btf/sys_exit")
int BPF_PROG(name_caller_btf, void *regs, long result)
{
    return name_caller(regs);
}

SEC("raw_tp/sys_exit")
int BPF_PROG(name_caller_raw, void *regs, long result)
{
    return name_caller(regs);
}

#if defined(__TARGET_ARCH_x86)
SEC("raw_tp/emulate_vsyscall")
int BPF_PROG(vsyscall, int which)
{
    return vsyscall_emulated(which);
}
#endif

SEC("perf_event")
int sample_vdso(struct bpf_perf_event_data *context)
{
    return sample_taken(PT_REGS_IP(&context->regs), context->sample_period);
}

/*
 * Empties this CPU's batch; user space runs it on a CPU whose events have waited too long. It runs in an interrupt, perhaps
 * in the middle of an append: then it leaves the batch alone and returns 1, to be tried again.
 */
SEC("raw_tp")
int flush_batch(void *context)
{
    struct syslat_cpu *cpu = this_cpu();
    int busy = 0;

    if (!cpu)
        return 0;
    if (has_interrupted_user(cpu))
        return 1;
    if (!enter_batch(cpu))
        busy = 1;
    else if (cpu->batch.header.count > 0)
        send_batch(cpu);
    leave_batch(cpu);
    return busy;
}
