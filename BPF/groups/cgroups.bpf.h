/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The cgroup of a process that ends: its name may be gone before user space could ask for it. */
#ifndef SYSLAT_GROUPS_CGROUPS_BPF_H
#define SYSLAT_GROUPS_CGROUPS_BPF_H

#include "batch.bpf.h"
#include "lock.bpf.h"
#include "slow/files.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/linux/kernfs.h */
struct kernfs_node {
    struct kernfs_node *parent;
    const char *name;
};

/* From Linux 6.15 on. */
struct kernfs_node___rcu {
    struct kernfs_node *__parent;
};

/* include/linux/cgroup-defs.h */
struct cgroup___named {
    struct kernfs_node *kn;
};

struct cgroup_subsys_state {
    struct cgroup___named *cgroup;
};

struct css_set {
    struct cgroup_subsys_state *subsys[1];
    struct cgroup___named *dfl_cgrp;
};

struct task_struct___cgroups {
    struct css_set *cgroups;
};

#pragma clang attribute pop

/* Only their values in the running kernel matter. */
enum cgroup_subsys_id { memory_cgrp_id, pids_cgrp_id, cpu_cgrp_id };

/* The place of the controller that the configuration names; false if the kernel lacks it. */
static __always_inline bool controller_place(__u32 *place)
{
    if (config.cgroup_hierarchy == SYSLAT_MEMORY_HIERARCHY && bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
        *place = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
    else if (config.cgroup_hierarchy == SYSLAT_PIDS_HIERARCHY && bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
        *place = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
    else if (config.cgroup_hierarchy == SYSLAT_CPU_HIERARCHY && bpf_core_enum_value_exists(enum cgroup_subsys_id, cpu_cgrp_id))
        *place = bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
    else
        return false;
    return true;
}

static __always_inline struct kernfs_node *cgroup_of(struct task_struct___cgroups *task)
{
    struct css_set *set = BPF_CORE_READ(task, cgroups);
    struct cgroup_subsys_state *state = 0;
    __u32 place;

    if (config.cgroup_hierarchy == SYSLAT_UNIFIED_HIERARCHY)
        return BPF_CORE_READ(set, dfl_cgrp, kn);
    if (!controller_place(&place))
        return 0;
    bpf_probe_read_kernel(&state, sizeof(state),
                          (void *)set + bpf_core_field_offset(struct css_set, subsys) + place * sizeof(state));
    return BPF_CORE_READ(state, cgroup, kn);
}

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
    if (bpf_core_field_exists(struct kernfs_node, parent))
        return BPF_CORE_READ(node, parent);
    return BPF_CORE_READ((struct kernfs_node___rcu *)node, __parent);
}

/* One step of the draft's walk from a cgroup to the root, whose name is empty and not written; 0 at the end. */
__noinline int take_cgroup_step(void)
{
    struct syslat_details_draft *draft = own_draft();
    struct kernfs_node *node, *parent;
    __u8 *room;
    long length;

    if (!draft)
        return 0;
    node = (struct kernfs_node *)draft->walk.entry;
    parent = parent_of(node);
    if (!parent)
        return 0;
    room = room_for_component(draft, draft->walk.end);
    if (!room)
        return 0;
    length = bpf_probe_read_kernel_str(room, SYSLAT_COMPONENT, BPF_CORE_READ(node, name));
    if (length > 0)
        draft->used += length;
    draft->walk.entry = (__u64)parent;
    return 1;
}

/* Writes a record into the draft, and sends it; false if there was no room for it. */
static __always_inline bool send_cgroup_of(struct syslat_details_draft *draft, struct kernfs_node *node, __u32 tgid)
{
    struct syslat_process_cgroup *record = (struct syslat_process_cgroup *)draft->rest;
    __u64 used;
    __u32 step;

    draft->walk.entry = (__u64)node;
    draft->walk.end = sizeof(*record) + SYSLAT_CGROUP_NAMES;
    draft->used = sizeof(*record);
    for (step = 0; step < SYSLAT_CGROUP_STEPS; step++) {
        if (!take_cgroup_step())
            break;
    }
    used = draft->used;
    barrier_var(used); /* keeps the bound where the verifier sees it */
    if (used > sizeof(draft->rest) || used < sizeof(*record))
        return false;
    record->header.version = SYSLAT_ABI_VERSION;
    record->header.kind = SYSLAT_RECORD_CGROUP;
    record->header.count = used - sizeof(*record);
    record->tgid = tgid;
    record->is_cut = parent_of((struct kernfs_node *)draft->walk.entry) != 0;
    return bpf_ringbuf_output(&events, record, used, wake_flags()) == 0;
}

/* Tells the cgroup of the current process, which is ending; false if there was no room. Global, so the verifier looks at it once. */
__noinline int tell_cgroup(__u32 tgid)
{
    struct kernfs_node *node = cgroup_of((struct task_struct___cgroups *)bpf_get_current_task());
    struct syslat_details_draft *draft = own_draft();
    bool is_sent;

    if (!draft || !node || !try_lock(&draft->lock))
        return 0;
    is_sent = send_cgroup_of(draft, node, tgid);
    unlock(&draft->lock);
    return is_sent;
}

#endif
