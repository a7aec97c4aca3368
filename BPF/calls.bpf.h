/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entry and exit of a call. One body serves two twins: `typed` programs (tp_btf) load kernel fields directly and use atomic
 * instructions; the others (raw_tp) run from Linux 5.8 on, without BTF in the kernel, and read through helpers.
 */
#ifndef SYSLAT_CALLS_BPF_H
#define SYSLAT_CALLS_BPF_H

#include "batch.bpf.h"
#include "callers.bpf.h"
#include "evidence.bpf.h"
#include "inflight.bpf.h"
#include "sampling.bpf.h"
#include "scope.bpf.h"

#define READ(object, field, typed) ((typed) ? (object)->field : BPF_CORE_READ(object, field))

/* Who makes the call. */
struct caller {
    struct task_struct *task; /* typed programs have it from the start, the others after `find_task` */
    __u32 tgid;
    __u32 tid;
};

/*
 * A helper call takes some 10 ns where returns are guarded against speculation (SRSO, retbleed): typed programs make one,
 * and read the ids from the task.
 */
static __always_inline struct caller current_caller(const bool typed)
{
    struct caller caller = {};
    __u64 pid_tgid;

    if (typed) {
        caller.task = bpf_get_current_task_btf();
        caller.tgid = caller.task->tgid;
        caller.tid = caller.task->pid;
    } else {
        pid_tgid = bpf_get_current_pid_tgid();
        caller.tgid = pid_tgid >> 32;
        caller.tid = pid_tgid;
    }
    return caller;
}

/* Only for a caller who is watched: in the programs that aren't typed it takes another helper call. */
static __always_inline struct task_struct *find_task(const struct caller *caller, const bool typed)
{
    return typed ? caller->task : (struct task_struct *)bpf_get_current_task();
}

/* The convention of the call that the current thread is making. Valid at entry only: execve may change it before the exit. */
static __always_inline __u32 entered_abi(struct task_struct *task, __s32 number, const bool typed)
{
#if defined(__TARGET_ARCH_x86)
    if (READ(task, thread_info.status, typed) & TS_COMPAT)
        return SYSLAT_IA32;
    /* Negative numbers have every bit; the kernel does not take them for x32 either (do_syscall_x32, arch/x86/entry). */
    return number >= 0 && (number & X32_SYSCALL_BIT) ? SYSLAT_X32 : SYSLAT_X86_64;
#elif defined(__TARGET_ARCH_arm64)
    return SYSLAT_AARCH64;
#else
#error "unknown architecture"
#endif
}

static __always_inline __s32 plain_number(__u32 abi, __s32 number)
{
    return abi == SYSLAT_X32 ? number & ~X32_SYSCALL_BIT : number;
}

/* When a call begins. Of one that is not measured it is enough to know that roughly, for the case that it never returns. */
static __always_inline __u64 entry_time(__u8 sampling)
{
    if (config.sampling && sampling == SYSLAT_UNSAMPLED)
        return *(volatile __u64 *)&control.coarse_now_ns;
    return bpf_ktime_get_ns();
}

static __always_inline int call_entered(void *regs, long id, const bool typed)
{
    const struct caller caller = current_caller(typed);
    __u32 tid = caller.tid;
    struct task_struct *task;
    struct syslat_call_kind kind;
    struct syslat_slot *slot;
    struct syslat_cpu *cpu;
    __s32 number = id;
    __u8 sampling;
    __u32 abi;

    if (!in_scope(caller.tgid))
        return 0;
    task = find_task(&caller, typed);
    abi = entered_abi(task, number, typed);
    number = plain_number(abi, number);
    if (!is_selected(abi, number))
        return 0;
    cpu = this_cpu();
    if (!cpu)
        return 0;
    add_on_cpu(&cpu->counters.entered, 1);
    sampling = choose(cpu, abi, number);
    if (sampling == SYSLAT_UNSAMPLED)
        kind = (struct syslat_call_kind){.abi = abi};
    else
        kind = call_kind(task, regs, abi, number);
    kind.sampling = sampling;
    slot = take_slot(cpu, tid, typed);
    if (!slot) {
        struct syslat_slot call = {
            .owner = tid,
            .last_tid = tid,
            .number = number,
            .kind = kind,
            .voluntary = READ(task, nvcsw, typed),
            .involuntary = READ(task, nivcsw, typed),
        };

        call.start_ns = entry_time(sampling);
        spill_call(cpu, &call);
        return 0;
    }
    slot->number = number;
    slot->kind = kind;
    slot->voluntary = READ(task, nvcsw, typed);
    slot->involuntary = READ(task, nivcsw, typed);
    slot->start_ns = entry_time(sampling);
    return 0;
}

static __always_inline __u32 outcome_of(const struct syslat_slot *call, struct task_struct *task, const bool typed)
{
    if ((__u32)READ(task, nvcsw, typed) != call->voluntary)
        return SYSLAT_BLOCKED;
    if ((__u32)READ(task, nivcsw, typed) != call->involuntary)
        return SYSLAT_PREEMPTED;
    return SYSLAT_RAN;
}

/* The error that a result stands for; 0 for a success. */
static __always_inline __u16 error_of(__u32 abi, long result)
{
    /* A 32-bit result that was not sign-extended is an error all the same. */
    if (abi == SYSLAT_IA32)
        result = (__s32)result;
    return result < 0 && result >= -SYSLAT_MAX_ERRNO ? -result : 0;
}

static __always_inline void complete(struct syslat_cpu *cpu, const struct syslat_slot *call, struct task_struct *task,
                                     __u32 tgid, long result, __u64 now, const bool typed)
{
    struct syslat_event event = {
        .tgid = tgid,
        .number = call->number,
        .kind = call->kind,
        .error = error_of(call->kind.abi, result),
        .outcome = outcome_of(call, task, typed),
    };

    if (now >= call->start_ns)
        event.duration_ns = now - call->start_ns;
    else
        add_on_cpu(&cpu->counters.clock_backwards, 1);
    append(cpu, &event);
}

static __always_inline long number_at_exit(void *regs, const bool typed)
{
#if defined(__TARGET_ARCH_x86)
    struct pt_regs___syslat *registers = regs;
    unsigned long number = 0;

    bpf_core_read(&number, sizeof(number), &registers->orig_ax);
    return number;
#else
    return 0;
#endif
}

/*
 * An exit whose entry was not seen. The first one of a thread is that of a call which began before the capture, or the first
 * return of a new task from its parent's fork; a later one was refused before the entry tracepoint, by seccomp or a tracer
 * (syscall_trace_enter, kernel/entry/common.c, leaves early; the exit tracepoint comes all the same).
 */
static __always_inline int exit_without_entry(struct syslat_cpu *cpu, struct task_struct *task, void *regs, __u32 tid,
                                              const bool typed)
{
    struct syslat_slot *slot = slot_of(tid);

    if (config.has_selection) {
        __s32 number = number_at_exit(regs, typed);
        __u32 abi = entered_abi(task, number, typed);

        if (!is_selected(abi, plain_number(abi, number)))
            return 0;
    }
    if (slot && slot->last_tid == tid) {
        add_on_cpu(&cpu->counters.refused, 1);
        return 0;
    }
    if (READ(task, start_time, typed) >= control.session_start_ns)
        add_on_cpu(&cpu->counters.new_task_returns, 1);
    else
        add_on_cpu(&cpu->counters.began_before, 1);
    if (slot && slot->owner == 0)
        slot->last_tid = tid;
    return 0;
}

/* Calls that bypassed the vDSO: where do they come from? It may not return: all that the call needs must have been done. */
static __always_inline void note_caller(void *context, const struct caller *caller, void *regs, const struct syslat_slot *call,
                                        const bool typed)
{
    if (call->kind.evidence == SYSLAT_OUTSIDE && count_caller(this_cpu(), find_task(caller, typed), regs, call))
        bpf_tail_call(context, &caller_names, 0);
}

/* A call whose entry was seen has returned. The clock is read before all else, so that little of ours is in the latency. */
static __always_inline void end_call(const struct syslat_slot *call, const struct caller *caller, long result, const bool typed)
{
    const bool is_measured = !is_unsampled(call);
    __u64 now = is_measured ? bpf_ktime_get_ns() : 0;
    struct task_struct *task = find_task(caller, typed);
    struct syslat_cpu *cpu = this_cpu();

    if (!cpu)
        return;
    if (!is_measured) {
        count_unsampled(cpu, call->kind, call->number, outcome_of(call, task, typed), error_of(call->kind.abi, result) != 0);
        return;
    }
    complete(cpu, call, task, caller->tgid, result, now, typed);
}

static __always_inline int call_exited(void *context, void *regs, long result, const bool typed)
{
    const struct caller caller = current_caller(typed);
    __u32 tid = caller.tid;
    struct syslat_slot *slot;
    struct syslat_cpu *cpu;
    struct syslat_slot call;

    /* Before a window, and after the end, calls that are under way stay so. A process can leave a cgroup in the middle of a call. */
    if (config.scope == SYSLAT_SCOPE_CGROUP ? !is_recording() : !in_scope(caller.tgid))
        return 0;
    slot = slot_of(tid);
    if (!slot)
        return 0;
    if (slot->owner == tid) {
        end_call(slot, &caller, result, typed);
        slot->owner = 0;
        note_caller(context, &caller, regs, slot, typed);
        return 0;
    }
    if (any_spilled() && take_spilled(tid, &call)) {
        end_call(&call, &caller, result, typed);
        note_caller(context, &caller, regs, &call, typed);
        return 0;
    }
    if (config.scope == SYSLAT_SCOPE_CGROUP && !in_scope(caller.tgid))
        return 0;
    cpu = this_cpu();
    return cpu ? exit_without_entry(cpu, find_task(&caller, typed), regs, tid, typed) : 0;
}

#endif
