/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls of which only one end was seen, because the kernel skipped the program of the other (classic.bpf.h). They have completed, so
 * they are counted, unmeasured.
 */
#ifndef SYSLAT_UNSEEN_BPF_H
#define SYSLAT_UNSEEN_BPF_H

#include "batch.bpf.h"
#include "exit.bpf.h"

#define WORK(name) (1UL << bpf_core_enum_value(enum syscall_work_bit, SYSCALL_WORK_BIT_##name))

/*
 * Whether something may keep a thread's calls from being made: a seccomp filter, a tracer, or the thread's own dispatcher (enum
 * syscall_work_bit, include/linux/thread_info.h). The exits of refused calls come without an entry.
 */
static __always_inline bool may_be_refused(struct task_struct *task, const enum program_kind kind)
{
    if (READ(task, ptrace, kind))
        return true;
    if (!bpf_core_field_exists(task->thread_info.syscall_work))
        return may_be_refused_by_flags(task, kind);
    return READ(task, thread_info.syscall_work, kind) &
           (WORK(SECCOMP) | WORK(SYSCALL_TRACE) | WORK(SYSCALL_EMU) | WORK(SYSCALL_USER_DISPATCH));
}

/* Reports a call of the current thread, of its word only the number, the ABI, the error and the outcome. False if the ring is full. */
static __noinline int send_unseen(__u64 call)
{
    struct syslat_single_call record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_CALL, .count = 1},
        .tgid = bpf_get_current_pid_tgid() >> 32,
    };

    record.call = (__u32)syslat_call_number(call) | (__u64)syslat_call_abi(call) << SYSLAT_CALL_ABI_SHIFT |
                  (__u64)syslat_call_error(call) << SYSLAT_CALL_ERROR_SHIFT |
                  (__u64)syslat_call_outcome(call) << SYSLAT_CALL_OUTCOME_SHIFT;
    record.call = syslat_pooled_call(record.call) | (__u64)SYSLAT_UNMEASURED << SYSLAT_CALL_SAMPLING_SHIFT;
    return bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()) == 0;
}

/*
 * Counts a call whose entry was skipped. Its outcome is told by the switches since the last call that was seen to enter, so it may be
 * what the thread did between the two.
 */
static __noinline int count_unseen_entry(__u64 call, const struct syslat_slot *last)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    if (!last)
        return 0;
    call |= outcome_of(last, task, RAW) << SYSLAT_CALL_OUTCOME_SHIFT;
    if (send_unseen(call))
        add_on_cpu(&this_cpu()->counters.unseen_entries, 1);
    return 0;
}

/* Counts a call whose exit was missed: the thread has entered again. Its result isn't known, so it counts as a success. */
static __noinline int count_unseen_exit(const struct syslat_slot *slot)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct syslat_cpu *cpu = this_cpu();

    if (!slot)
        return 0;
    if (config.may_skip && send_unseen(slot->call | outcome_of(slot, task, RAW) << SYSLAT_CALL_OUTCOME_SHIFT))
        add_on_cpu(&cpu->counters.unseen_exits, 1);
    else
        add_on_cpu(&cpu->counters.missed_exit, 1);
    return 0;
}

#endif
