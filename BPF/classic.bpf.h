/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Classic tracepoint programs, which perf events run. From Linux 7.0 on tracepoints run the other kinds preemptibly, and those of system
 * calls from 7.2 on. While such a program is off its CPU, the kernel skips it for every other thread there (`active` of struct bpf_prog).
 * Perf events still run theirs with preemption off (include/trace/perf.h). They cost more, so they are used only where they are needed.
 *
 * Each must return 0: perf would go on to take a sample otherwise.
 */
#ifndef SYSLAT_CLASSIC_BPF_H
#define SYSLAT_CLASSIC_BPF_H

#include "current.bpf.h"
#include "tasks.bpf.h"

#define CLONE_THREAD 0x00010000 /* include/uapi/linux/sched.h */

/* What the events carry (the TP_STRUCT__entry of each, include/trace/events). */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct trace_event_raw_sys_enter {
    long id;
};

struct trace_event_raw_sys_exit {
    long ret;
};

struct trace_event_raw_task_newtask {
    int pid;
    __u64 clone_flags;
};

struct trace_event_raw_sched_process_exec {
    int old_pid;
};

struct trace_event_raw_emulate_vsyscall {
    int nr;
};

struct trace_event_raw_io_uring_submit_req {
    void *req;
};

struct trace_event_raw_io_uring_req_failed {
    void *req;
    __u8 opcode;
};

struct trace_event_raw_io_uring_complete {
    void *req;
    int res;
};

#pragma clang attribute pop

/* The registers of the current thread, which the events don't carry. They lie at the same place in every stack. */
static __always_inline __u64 current_registers(const enum program_kind kind)
{
    const struct current_thread current = current_thread(kind);

    return (__u64)READ(task_of(&current, kind), stack, kind) + config.registers_place;
}

static __noinline int take_handled(void)
{
    struct syslat_cpu *cpu = this_cpu();
    __u32 handled = cpu->handled;

    cpu->handled = SYSLAT_NO_EVENT;
    return handled != SYSLAT_NO_EVENT;
}

/* Whether this event has been handled by another program (rescue.bpf.h). */
static __always_inline bool is_handled(void)
{
    return unlikely(*(volatile __u32 *)&control.rescues) && take_handled();
}

static __always_inline int task_started(const struct trace_event_raw_task_newtask *event)
{
    __u32 tgid = event->clone_flags & CLONE_THREAD ? bpf_get_current_pid_tgid() >> 32 : (__u32)event->pid;

    return task_forked(tgid, (struct task_struct *)bpf_get_current_task());
}

static __always_inline int current_task_exited(const enum program_kind kind)
{
    const struct current_thread current = current_thread(kind);

    return task_exited(task_of(&current, kind), kind);
}

#endif
