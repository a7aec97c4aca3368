/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The task hooks: children are watched, a call follows its thread to a new id, and ended threads leave nothing behind. */
#ifndef SYSLAT_TASKS_BPF_H
#define SYSLAT_TASKS_BPF_H

#include "general.bpf.h"
#include "groups/cgroups.bpf.h"

/*
 * Runs in the parent, before the child can run: the child is watched from its first instruction. `alike` is the child, or a thread that has
 * the same filters and tracers.
 */
static __always_inline int task_forked(__u32 child_tgid, struct task_struct *alike)
{
    __u32 parent_tgid = bpf_get_current_pid_tgid() >> 32;

    /* The child has its filters and its tracer already. A process of its own may not be watched: it is looked at when it is seen. */
    if (child_tgid == parent_tgid && in_scope(parent_tgid))
        note_before_entry(alike, child_tgid);
    if (!config.follow || child_tgid == parent_tgid || !is_watched(parent_tgid))
        return 0;
    /* A child of the profiler, which is in the watch list during that phase. */
    if (current_phase() == SYSLAT_CALIBRATING)
        return 0;
    *watch_byte(child_tgid) = 1;
    return 0;
}

/* Tells that the current thread no longer has this id, where events have thread ids. */
static __noinline int tell_end_of_thread(__u32 tid)
{
    struct syslat_thread_exit record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_THREAD_EXIT, .count = 1},
        .tid = tid,
        .tgid = bpf_get_current_pid_tgid() >> 32,
    };

    if (!in_scope(record.tgid))
        return 0;
    bpf_get_current_comm(record.thread, sizeof(record.thread));
    read_process_name(record.comm);
    if (bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()))
        add_on_cpu(&this_cpu()->counters.exits_unsent, 1);
    return 0;
}

/*
 * A thread that is not the leader and calls execve takes over the leader's id, so its call enters under one id and leaves under
 * another (de_thread, fs/exec.c). The leader has ended by now, and its slot was freed then.
 */
static __always_inline int task_execed(__u32 old_tid, const enum program_kind kind)
{
    __u32 tid = bpf_get_current_pid_tgid();
    struct syslat_slot *slot, *target;
    struct syslat_slot call;

    if (in_scope(bpf_get_current_pid_tgid() >> 32))
        note_before_entry((struct task_struct *)bpf_get_current_task(), bpf_get_current_pid_tgid() >> 32);
    if (old_tid == tid)
        return 0;
    if (config.grouping == SYSLAT_BY_THREAD)
        tell_end_of_thread(old_tid);
    if (kind == TYPED && rename_thread(tid))
        return 0;
    if (current_phase() == SYSLAT_STOPPED)
        return 0;
    slot = slot_of(old_tid);
    if (slot->thread == (old_tid | SYSLAT_IN_CALL)) {
        call = *slot;
        leave_slot(slot, old_tid | SYSLAT_IN_CALL, 0, kind);
    } else if (!any_spilled() || !take_spilled(old_tid, &call)) {
        return 0;
    }
    call.thread = tid | SYSLAT_IN_CALL;
    target = take_slot(tid, kind);
    if (!target)
        return spill_call(&call);
    call.entered = target->entered; /* the call was counted where it entered */
    *target = call;
    return 0;
}

/* CPU time of a process with one thread left: of the ended threads and of the last one. */
static __always_inline __u64 cpu_time(struct task_struct *task, const enum program_kind kind)
{
    if (kind == TYPED)
        return task->signal->sum_sched_runtime + task->se.sum_exec_runtime;
    return BPF_CORE_READ(task, signal, sum_sched_runtime) + BPF_CORE_READ(task, se.sum_exec_runtime);
}

static __always_inline void process_ended(struct syslat_cpu *cpu, struct task_struct *task, __u32 tgid,
                                          const enum program_kind kind)
{
    struct syslat_process_exit record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_PROCESS_EXIT, .count = 1},
        .tgid = tgid,
    };
    __u8 *byte = watch_byte(tgid);

    /* Also of a process that is watched no longer: its id will be another's. */
    record.before_entry = take_before_entry((struct task_struct *)bpf_get_current_task(), tgid);
    if (in_scope(tgid)) {
        if (config.grouping == SYSLAT_BY_CGROUP && !tell_cgroup(tgid))
            add_on_cpu(&cpu->counters.exits_unsent, 1);
        record.cpu_ns = cpu_time(task, kind);
        read_process_name(record.comm);
        if (bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()))
            add_on_cpu(&cpu->counters.exits_unsent, 1);
    }
    /* The next process with this id is another one. */
    if (config.forgets_ended && *byte)
        *byte = 0;
}

/* Threads of the process that have not begun to exit. do_exit (kernel/exit.c) has taken off the current one before this hook. */
static __always_inline int live_threads(struct task_struct *task, const enum program_kind kind)
{
    return kind == TYPED ? task->signal->live.counter : BPF_CORE_READ(task, signal, live.counter);
}

/* A call in which its thread ends never returns. The slot is freed, so no later thread with that id is charged with it. */
static __always_inline int task_exited(struct task_struct *task, const enum program_kind kind)
{
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    __u32 tid = pid_tgid;
    struct syslat_cpu *cpu = this_cpu();
    struct syslat_slot *slot = slot_of(tid);
    struct syslat_slot call;
    bool was_in_call = kind == TYPED && forget_thread();

    if (current_phase() == SYSLAT_STOPPED)
        return 0;
    if (config.grouping == SYSLAT_BY_THREAD)
        tell_end_of_thread(tid);
    if (was_in_call)
        add_on_cpu(&cpu->counters.never_returned, 1);
    if (slot->thread == (tid | SYSLAT_IN_CALL)) {
        add_on_cpu(&cpu->counters.never_returned, 1);
        leave_slot(slot, tid | SYSLAT_IN_CALL, 0, kind);
    } else {
        if (slot->thread == tid)
            set_thread(slot, tid, 0, kind);
        else if (kind == TYPED && slot->thread == (tid | SYSLAT_LEFT_WORK))
            take_marked_slot(slot, 0);
        if (any_spilled() && take_spilled(tid, &call))
            add_on_cpu(&cpu->counters.never_returned, 1);
    }
    if (live_threads(task, kind) == 0)
        process_ended(cpu, task, pid_tgid >> 32, kind);
    return 0;
}

#endif
