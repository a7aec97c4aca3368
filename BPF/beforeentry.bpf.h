/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What stands before the entries of a process's calls: seccomp filters, their supervisors, a ptrace tracer. The program waits for
 * them, and no latency has that wait in it.
 *
 * A thread is looked at when it is started, when its first call is seen, when it executes a program, after the calls that install
 * filters, and at the end of its process. From Linux 6.11 on it has no filters left there, only the mode.
 */
#ifndef SYSLAT_BEFOREENTRY_BPF_H
#define SYSLAT_BEFOREENTRY_BPF_H

#include "maps.bpf.h"

/* seccomp.mode of a thread with filters (include/uapi/linux/seccomp.h). */
#define SECCOMP_FILTERED 2
/* Filters of a thread that are looked at for a supervisor. */
#define MOST_FILTERS 32

/* Whether one of a thread's filters has a supervisor. */
static __always_inline bool is_supervised(struct task_struct *task)
{
    struct seccomp_filter *filter = BPF_CORE_READ(task, seccomp.filter);

    for (int i = 0; i < MOST_FILTERS && filter; i++) {
        if (BPF_CORE_READ(filter, notif))
            return true;
        filter = BPF_CORE_READ(filter, prev);
    }
    return false;
}

static __always_inline bool is_filtered(struct task_struct *task)
{
    return bpf_core_field_exists(task->seccomp.filter) && BPF_CORE_READ(task, seccomp.mode) == SECCOMP_FILTERED;
}

/* The flags of enum syslat_before_entry that hold of a thread. */
static __always_inline __u32 stands_before(struct task_struct *task)
{
    __u32 found = BPF_CORE_READ(task, ptrace) ? SYSLAT_BEHIND_TRACER : 0;

    if (is_filtered(task))
        found |= is_supervised(task) ? SYSLAT_BEHIND_FILTER | SYSLAT_BEHIND_SUPERVISOR : SYSLAT_BEHIND_FILTER;
    return found;
}

/* Notes what stands before the calls of a thread, which belongs to process `tgid`. */
static __noinline int note_before_entry(struct task_struct *task, __u32 tgid)
{
    __u32 found = stands_before(task);
    __u32 *known;

    if (found == 0)
        return 0;
    known = bpf_map_lookup_elem(&before_entry, &tgid);
    if (known)
        *known |= found;
    else if (bpf_map_update_elem(&before_entry, &tgid, &found, BPF_ANY))
        add_on_cpu(&this_cpu()->counters.before_entry_unnoted, 1);
    return 0;
}

/* What stood before the calls of a process that is ending. Nothing is kept of it. */
static __always_inline __u32 take_before_entry(struct task_struct *task, __u32 tgid)
{
    __u32 *known = bpf_map_lookup_elem(&before_entry, &tgid);
    __u32 found = stands_before(task);

    if (known) {
        found |= *known;
        bpf_map_delete_elem(&before_entry, &tgid);
    }
    return found;
}

#endif
