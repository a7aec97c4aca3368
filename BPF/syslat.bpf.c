// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The programs: each hook twice, as a typed twin (tp_btf) and as one for kernels without BTF of their own (raw_tp). */
#include <linux/bpf_perf_event.h>

#include "plain.bpf.h"
#include "sampler.bpf.h"
#include "tasks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int sys_enter_btf(__u64 *context)
{
    return call_entered(context, true);
}

SEC("raw_tp/sys_enter")
int sys_enter_raw(__u64 *context)
{
    return call_entered(context, false);
}

SEC("tp_btf/sys_exit")
int sys_exit_btf(__u64 *context)
{
    return call_exited(context, true, false);
}

SEC("raw_tp/sys_exit")
int sys_exit_raw(__u64 *context)
{
    return call_exited(context, false, false);
}

/* The same on kernels that can look up a mapping: they name the files from which calls bypass the vDSO. */
SEC("tp_btf/sys_exit")
int sys_exit_naming_btf(__u64 *context)
{
    return call_exited(context, true, true);
}

SEC("raw_tp/sys_exit")
int sys_exit_naming_raw(__u64 *context)
{
    return call_exited(context, false, true);
}

/* Where no call is left out, no program preempts another, and the kernel can look up a mapping. */
SEC("tp_btf/sys_enter")
int sys_enter_plain(__u64 *context)
{
    return plain_call_entered(context, false);
}

SEC("tp_btf/sys_exit")
int sys_exit_plain(__u64 *context)
{
    return plain_call_exited(context, false);
}

/* The same where calls are sampled. */
SEC("tp_btf/sys_enter")
int sys_enter_sampling(__u64 *context)
{
    return plain_call_entered(context, true);
}

SEC("tp_btf/sys_exit")
int sys_exit_sampling(__u64 *context)
{
    return plain_call_exited(context, true);
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
    return sample_taken(PT_REGS_IP(&context->regs));
}

/*
 * Empties this CPU's batch; user space runs it on a CPU whose events have waited too long. It runs in an interrupt, perhaps
 * in the middle of an append: then it leaves the batch alone. It returns 1 if the batch is to be tried again.
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
