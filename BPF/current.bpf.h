/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who makes a call: the current thread, and the registers that come with the tracepoint. */
#ifndef SYSLAT_CURRENT_BPF_H
#define SYSLAT_CURRENT_BPF_H

#include "arch.bpf.h"
#include "maps.bpf.h"

/* The arguments of both tracepoints: the registers, then the number at an entry or the result at an exit. */
static __always_inline struct pt_regs___syslat *registers_of(const __u64 *context)
{
    return (struct pt_regs___syslat *)context[0];
}

/*
 * A helper call takes some 10 ns where returns are guarded against speculation (SRSO, retbleed). Typed programs make one, and read
 * the ids from the task. Raw programs make one for the ids, and a second for the task if the thread is watched.
 */
struct current_thread {
    struct task_struct *task; /* typed programs only */
    __u64 pid_tgid;           /* raw programs only */
};

static __always_inline struct current_thread current_thread(const enum program_kind kind)
{
    struct current_thread current = {};

    if (kind == TYPED)
        current.task = bpf_get_current_task_btf();
    else
        current.pid_tgid = bpf_get_current_pid_tgid();
    return current;
}

static __always_inline __u32 tgid_of(const struct current_thread *current, const enum program_kind kind)
{
    return kind == TYPED ? current->task->tgid : current->pid_tgid >> 32;
}

static __always_inline __u32 tid_of(const struct current_thread *current, const enum program_kind kind)
{
    return kind == TYPED ? current->task->pid : (__u32)current->pid_tgid;
}

/* Whose call it is in an event: the process, or by thread the thread. */
static __always_inline __u32 owner_of(const struct current_thread *current, const enum program_kind kind)
{
    return config.grouping == SYSLAT_BY_THREAD ? tid_of(current, kind) : tgid_of(current, kind);
}

static __always_inline struct task_struct *task_of(const struct current_thread *current, const enum program_kind kind)
{
    return kind == TYPED ? current->task : (struct task_struct *)bpf_get_current_task();
}

/* The name of the current process: that of its first thread, whichever thread runs. `name` has room for 16 bytes. */
static __always_inline void read_process_name(char *name)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);

    bpf_core_read_str(name, sizeof(leader->comm), &leader->comm);
}

#endif
