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
#include "threads.bpf.h"

#define READ(object, field, typed) ((typed) ? (object)->field : BPF_CORE_READ(object, field))

/*
 * Programs have four registers that outlive a helper call. What follows is written so that four are enough on the way of most
 * calls, and nothing has to go to the stack: arguments and ids are read again where they are needed.
 */

/* The arguments of both tracepoints: registers, and the number of the call or its result. */
static __always_inline void *registers_of(const __u64 *context)
{
    return (void *)context[0];
}

/*
 * Who makes the call. A helper call takes some 10 ns where returns are guarded against speculation (SRSO, retbleed): typed programs
 * make one, and read the ids from the task; the others make two if the caller is watched.
 */
struct caller {
    struct task_struct *task; /* typed programs only */
    __u64 pid_tgid;           /* the others only */
};

static __always_inline struct caller current_caller(const bool typed)
{
    struct caller caller = {};

    if (typed)
        caller.task = bpf_get_current_task_btf();
    else
        caller.pid_tgid = bpf_get_current_pid_tgid();
    return caller;
}

static __always_inline __u32 tgid_of(const struct caller *caller, const bool typed)
{
    return typed ? caller->task->tgid : caller->pid_tgid >> 32;
}

static __always_inline __u32 tid_of(const struct caller *caller, const bool typed)
{
    return typed ? caller->task->pid : (__u32)caller->pid_tgid;
}

static __always_inline struct task_struct *task_of(const struct caller *caller, const bool typed)
{
    return typed ? caller->task : (struct task_struct *)bpf_get_current_task();
}

/* The convention of the call that the current thread is making. Valid at entry only: execve may change it before the exit. */
static __always_inline __u32 entered_abi(struct task_struct *task, __s32 number, const bool typed)
{
#if defined(__TARGET_ARCH_x86)
    if (unlikely(READ(task, thread_info.status, typed) & TS_COMPAT))
        return SYSLAT_IA32;
    /* Negative numbers have every bit; the kernel does not take them for x32 either (do_syscall_x32, arch/x86/entry). */
    return unlikely((__u32)number >> 30 == X32_SYSCALL_BIT >> 30) ? SYSLAT_X32 : SYSLAT_X86_64;
#else
    return SYSLAT_NATIVE_ABI;
#endif
}

static __always_inline __s32 plain_number(__u32 abi, __s32 number)
{
    return abi == SYSLAT_X32 ? number & ~X32_SYSCALL_BIT : number;
}

/* When a call begins that is not measured. It is enough to know that roughly, for the case that it never returns. */
static __always_inline __u64 coarse_time(void)
{
    return *(volatile __u64 *)&control.coarse_now_ns;
}

/* Counts a call where no slot does: one that is spilled, or all those of which a slot has lost count. */
static __noinline int count_entered(__u64 calls)
{
    add_on_cpu(&this_cpu()->counters.entered, calls);
    return 0;
}

/* By these it is known at a call's exit whether it slept or was preempted. */
static __always_inline void note_switches(struct syslat_slot *slot, struct task_struct *task, const bool typed)
{
    slot->voluntary = READ(task, nvcsw, typed);
    slot->involuntary = READ(task, nivcsw, typed);
}

/* Remembers a call whose slot another thread is using. It is measured in any case, and stands for itself. */
static __noinline int enter_without_slot(struct task_struct *task, __u64 call)
{
    struct syslat_slot entered = {
        .thread = (__u32)bpf_get_current_pid_tgid() | SYSLAT_IN_CALL,
        .call = call,
        .voluntary = BPF_CORE_READ(task, nvcsw),
        .involuntary = BPF_CORE_READ(task, nivcsw),
        .start_ns = bpf_ktime_get_ns(),
    };

    count_entered(1);
    return spill_call(&entered);
}

/* The word of a call that the current thread is making, as far as its number tells it. */
static __always_inline __u64 entered_call(struct task_struct *task, __s32 number, const bool typed)
{
    __u32 abi = entered_abi(task, number, typed);

    return (__u32)plain_number(abi, number) | (__u64)abi << SYSLAT_CALL_ABI_SHIFT;
}

static __always_inline int call_entered(const __u64 *context, const bool typed)
{
    const struct caller caller = current_caller(typed);
    struct task_struct *task;
    struct syslat_slot *slot;
    __u64 call;

    if (!in_scope(tgid_of(&caller, typed)))
        return 0;
    task = task_of(&caller, typed);
    call = entered_call(task, context[1], typed);
    if (!is_selected(call))
        return 0;
    slot = take_slot(tid_of(&caller, typed), typed);
    if (config.sampling && slot)
        call |= choose(tid_of(&caller, typed), call);
    if (unlikely(vdso_row(syslat_call_number(call))) && !is_unmeasured(call))
        call |= look_at_entry(task, registers_of(context), call);
    if (unlikely(!slot))
        return enter_without_slot(task, call);
    slot->entered++;
    if (unlikely(slot->entered == 0))
        count_entered(1ULL << 32);
    slot->call = call;
    note_switches(slot, task, typed);
    slot->start_ns = is_unmeasured(call) ? coarse_time() : bpf_ktime_get_ns();
    return 0;
}

static __always_inline __u64 outcome_of(const struct syslat_slot *call, struct task_struct *task, const bool typed)
{
    __u64 voluntary = (__u32)READ(task, nvcsw, typed) - call->voluntary;
    __u64 involuntary = (__u32)READ(task, nivcsw, typed) - call->involuntary;
    __u64 blocked, preempted;

    /*
     * Without a branch, and so that the compiler does not make one of it: programs that block now and then would make the CPU guess
     * wrong, which takes longer than this.
     */
    barrier_var(voluntary);
    barrier_var(involuntary);
    blocked = -voluntary >> 63;
    preempted = -involuntary >> 63;
    barrier_var(blocked);
    barrier_var(preempted);
    return blocked * SYSLAT_BLOCKED | (preempted & ~blocked) * SYSLAT_PREEMPTED;
}

/* The error that a result stands for; 0 for a success. */
static __always_inline __u64 error_of(__u64 call, long result)
{
    __u32 error = -(__u32)result;

    if (likely(error - 1 >= SYSLAT_MAX_ERRNO))
        return 0;
    /* A 32-bit result that was not sign-extended is an error all the same. */
    return result == (__s32)result || syslat_call_abi(call) == SYSLAT_IA32 ? error : 0;
}

/* A call's word at its exit. */
static __always_inline __u64 completed_call(const struct syslat_slot *slot, struct task_struct *task, long result, const bool typed)
{
    __u64 call = slot->call;

    return call | error_of(call, result) << SYSLAT_CALL_ERROR_SHIFT | outcome_of(slot, task, typed) << SYSLAT_CALL_OUTCOME_SHIFT;
}

static __always_inline long number_at_exit(void *regs)
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
    __u32 thread = slot->thread;

    if (config.has_selection && !is_selected(entered_call(task, number_at_exit(regs), typed)))
        return 0;
    if (thread == tid || was_seen(regs)) {
        add_on_cpu(&cpu->counters.refused, 1);
        return 0;
    }
    if (READ(task, start_time, typed) >= control.session_start_ns)
        add_on_cpu(&cpu->counters.new_task_returns, 1);
    else
        add_on_cpu(&cpu->counters.began_before, 1);
    if (!(thread & SYSLAT_IN_CALL))
        set_thread(slot, thread, tid, typed);
    return 0;
}

/* A call whose entry was seen has returned. The clock is read before all else, so that little of ours is in the latency. */
static __always_inline void end_call(const struct syslat_slot *slot, const struct caller *caller, const __u64 *context,
                                     const bool typed)
{
    struct syslat_cpu *cpu;
    __u64 now;

    if (is_unmeasured(slot->call)) {
        count_unmeasured(syslat_call_abi(slot->call) * SYSLAT_SELECTABLE_NUMBERS + syslat_call_number(slot->call),
                         error_of(slot->call, context[1]) != 0, outcome_of(slot, task_of(caller, typed), typed), false);
        return;
    }
    now = bpf_ktime_get_ns();
    cpu = this_cpu();
    append(cpu, now - slot->start_ns, completed_call(slot, task_of(caller, typed), context[1], typed), tgid_of(caller, typed));
}

/* The exit of a thread that has no slot: its call was spilled, or its entry was not seen. Gives the spilled call, or 0. */
static __always_inline __u64 exit_without_slot(const __u64 *context, const bool typed)
{
    const struct caller caller = current_caller(typed);
    struct syslat_slot spilled = {};

    if (any_spilled() && take_spilled(tid_of(&caller, typed), &spilled)) {
        end_call(&spilled, &caller, context, typed);
        return spilled.call;
    }
    if (!in_scope(tgid_of(&caller, typed)))
        return 0;
    return exit_without_entry(this_cpu(), task_of(&caller, typed), registers_of(context), tid_of(&caller, typed), typed);
}

/* Functions of their own: few exits come here. */
static __noinline __u64 typed_exit_without_slot(const __u64 *context)
{
    return exit_without_slot(context, true);
}

static __noinline __u64 raw_exit_without_slot(const __u64 *context)
{
    return exit_without_slot(context, false);
}

static __always_inline int call_exited(const __u64 *context, const bool typed, const bool names)
{
    const struct caller caller = current_caller(typed);
    struct syslat_slot *slot;
    __u64 call;

    /* Before a window, and after the end, calls that are under way stay so. */
    if (!may_end_calls(tgid_of(&caller, typed)))
        return 0;
    slot = slot_of(tid_of(&caller, typed));
    if (likely(slot->thread == (tid_of(&caller, typed) | SYSLAT_IN_CALL))) {
        end_call(slot, &caller, context, typed);
        call = slot->call;
        slot->thread = tid_of(&caller, typed); /* from now on it may be another's */
    } else {
        call = typed ? typed_exit_without_slot(context) : raw_exit_without_slot(context);
    }
    note_caller(registers_of(context), call, names);
    return 0;
}

#endif
