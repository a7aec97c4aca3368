/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where calls in flight are kept: the slot given by the low bits of the thread id, or the spill table while another thread is using
 * that slot. A slot always names its owner, so no call is charged to another thread. On the fast path a known thread has a slot of
 * its own (threads.bpf.h).
 */
#ifndef SYSLAT_INFLIGHT_BPF_H
#define SYSLAT_INFLIGHT_BPF_H

#include "afterexit.bpf.h"
#include "beforeentry.bpf.h"
#include "unseen.bpf.h"

/* The number of a thread's slot. */
static __always_inline __u64 slot_place(__u32 tid)
{
    /* The second mask changes nothing; it tells the verifier the bound. */
    return tid & config.slot_mask & (SYSLAT_MAX_SLOTS - 1);
}

static __always_inline struct syslat_slot *slot_of(__u32 tid)
{
    return &slots[slot_place(tid)];
}

/*
 * Sets the thread of a free slot that held `seen`. Two threads that share a slot may claim it on two CPUs at once. Typed programs
 * decide between them by compare-and-exchange, and get false if the other thread was first. Raw programs can't: it came with 5.12.
 */
static __always_inline bool set_thread(struct syslat_slot *slot, __u32 seen, __u32 thread, const enum program_kind kind)
{
    if (likely(config.direct_slots) || kind == RAW) {
        slot->thread = thread;
        return true;
    }
    return __sync_val_compare_and_swap(&slot->thread, seen, thread) == seen;
}

/* Sets the thread of a slot that the current thread, `seen`, has used, and that another one may take from then on. */
static __always_inline void leave_slot(struct syslat_slot *slot, __u32 seen, __u32 thread, const enum program_kind kind)
{
#if defined(__TARGET_ARCH_x86)
    slot->thread = thread;
#else
    /* In order with all that this thread has read there. */
    set_thread(slot, seen, thread, kind);
#endif
}

static __always_inline bool is_in_call(const struct syslat_slot *slot)
{
    return slot->thread & SYSLAT_IN_CALL;
}

static __always_inline bool has_left_work(const struct syslat_slot *slot)
{
    return slot->thread & SYSLAT_LEFT_WORK;
}

/* Leaves the slot of a known thread, which no other thread can be claiming. */
static __always_inline void leave_call(struct syslat_slot *slot)
{
    slot->thread &= ~SYSLAT_IN_CALL;
}

/* The same at the exit of a measured call. */
static __always_inline void leave_measured_call(struct syslat_slot *slot, struct task_struct *task)
{
    leave_call(slot);
    if (may_leave_work(task, TYPED))
        slot->thread = thread_with_work(slot, slot->thread);
}

/* Looks at a thread that is seen for the first time, or whose slot another one has used since. */
static __noinline int note_new_thread(void)
{
    return note_before_entry((struct task_struct *)bpf_get_current_task(), bpf_get_current_pid_tgid() >> 32);
}

/* The slot for a call that `tid` is entering; null if it has to spill. A call of `tid` that is still in the slot missed its exit. */
static __always_inline struct syslat_slot *take_slot(__u32 tid, const enum program_kind kind)
{
    struct syslat_slot *slot = slot_of(tid);
    __u32 thread = slot->thread;

    if (unlikely((thread & ~(SYSLAT_IN_CALL | SYSLAT_LEFT_WORK)) != tid))
        note_new_thread();
    if (likely(!(thread & (SYSLAT_IN_CALL | SYSLAT_LEFT_WORK))))
        return set_thread(slot, thread, tid | SYSLAT_IN_CALL, kind) ? slot : 0;
    if (kind == TYPED && thread & SYSLAT_LEFT_WORK)
        return take_marked_slot(slot, tid | SYSLAT_IN_CALL) ? slot : 0;
    if (thread != (tid | SYSLAT_IN_CALL))
        return 0;
    count_unseen_exit(slot);
    return slot;
}

static __noinline int spill_call(const struct syslat_slot *call)
{
    struct syslat_cpu *cpu = this_cpu();
    __u32 tid;

    if (!call)
        return 0;
    tid = call->thread & ~SYSLAT_IN_CALL;
    if (bpf_map_lookup_elem(&spill, &tid)) {
        add_on_cpu(&cpu->counters.missed_exit, 1);
        bpf_map_update_elem(&spill, &tid, call, BPF_EXIST);
    } else if (bpf_map_update_elem(&spill, &tid, call, BPF_NOEXIST)) {
        add_on_cpu(&cpu->counters.no_slot, 1);
    } else {
        __atomic_fetch_add(&control.spilled, 1, __ATOMIC_RELAXED);
        add_on_cpu(&cpu->counters.spilled, 1);
    }
    return 0;
}

/* Moves a thread's call out of the spill table to `call`; 0 if it has none there. */
static __noinline int take_spilled(__u32 tid, struct syslat_slot *call)
{
    struct syslat_slot *found = bpf_map_lookup_elem(&spill, &tid);

    if (!found || !call)
        return 0;
    *call = *found;
    if (bpf_map_delete_elem(&spill, &tid))
        return 0;
    __atomic_fetch_add(&control.spilled, -1, __ATOMIC_RELAXED);
    return 1;
}

static __always_inline bool any_spilled(void)
{
    return *(volatile __u32 *)&control.spilled != 0;
}

#endif
