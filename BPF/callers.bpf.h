/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who calls past the vDSO: from where in which program, and from which file that code comes. Short programs are gone before
 * user space could look, so that the kernel names the file.
 */
#ifndef SYSLAT_CALLERS_BPF_H
#define SYSLAT_CALLERS_BPF_H

#include "evidence.bpf.h"
#include "scope.bpf.h"

static __always_inline struct syslat_caller *find_caller(const struct syslat_caller_key *key)
{
    struct syslat_caller *caller = bpf_map_lookup_elem(&callers, key);
    struct syslat_caller fresh = {};

    if (caller)
        return caller;
    bpf_map_update_elem(&callers, key, &fresh, BPF_NOEXIST);
    return bpf_map_lookup_elem(&callers, key);
}

static __always_inline void make_caller_key(struct syslat_caller_key *key, struct task_struct *task, void *regs, __u32 tgid,
                                            __u64 call)
{
    struct call_site site = {};

    read_call_site(&site, task, regs, syslat_call_abi(call));
    key->mm = site.mm;
    key->ip = site.ip;
    key->number = syslat_call_number(call);
    key->tgid = tgid;
    key->abi = syslat_call_abi(call);
    key->evidence = syslat_call_evidence(call);
    key->clock = syslat_call_clock(call);
}

/* Counts a completed call that bypassed the vDSO. Returns whether its file has yet to be named. */
static __noinline int count_caller(struct syslat_cpu *cpu, void *regs, __u64 call)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct syslat_caller_key key = {};
    struct syslat_caller *caller;

    make_caller_key(&key, task, regs, bpf_get_current_pid_tgid() >> 32, call);
    caller = find_caller(&key);
    if (!caller) {
        add_on_cpu(&cpu->counters.callers_unnoted, 1);
        return 0;
    }
    /* Calls that sampling passed over are counted by those that stand for them. */
    __atomic_fetch_add(&caller->calls, 1ULL << syslat_call_sampling(call), __ATOMIC_RELAXED);
    return caller->state == SYSLAT_CALLER_UNKNOWN;
}

/* What a mapping says about its file. On the stack: the kernel hands a callback nothing else. */
struct mapping {
    __u32 state; /* enum syslat_caller_state */
    char name[SYSLAT_CALLER_NAME];
};

static long read_mapping(struct task_struct *task, struct vm_area_struct *area, struct mapping *found)
{
    struct file *file = BPF_CORE_READ(area, vm_file);

    if (!file)
        found->state = SYSLAT_CALLER_NO_FILE;
    else if (bpf_probe_read_kernel_str(found->name, sizeof(found->name), BPF_CORE_READ(file, f_path.dentry, d_name.name)) > 0)
        found->state = SYSLAT_CALLER_NAMED;
    return 0;
}

/*
 * Names the file from which the call came. Where another thread holds the lock of the mappings, the next call tries again. Kernel:
 * 5.17 (bpf_find_vma).
 */
static __noinline int name_caller(void *regs, __u64 call)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct syslat_caller_key key = {};
    struct syslat_caller *caller;
    struct mapping found = {};

    make_caller_key(&key, task, regs, bpf_get_current_pid_tgid() >> 32, call);
    caller = bpf_map_lookup_elem(&callers, &key);
    if (!caller || bpf_find_vma(task, key.ip, read_mapping, &found, 0))
        return 0;
    __builtin_memcpy(caller->name, found.name, sizeof(found.name));
    caller->state = found.state;
    return 0;
}

/* Where does a call that bypassed the vDSO come from? `names`: the kernel can look up a mapping. */
static __always_inline void note_caller(void *regs, __u64 call, const bool names)
{
    if (likely(syslat_call_evidence(call) != SYSLAT_OUTSIDE))
        return;
    if (count_caller(this_cpu(), regs, call) && names)
        name_caller(regs, call);
}

/* A call through the legacy page, which is emulated in a page fault and passes no system call tracepoint. */
static __always_inline int vsyscall_emulated(__u32 which)
{
    __u32 tgid = bpf_get_current_pid_tgid() >> 32;
    struct syslat_caller_key key = {.tgid = tgid, .abi = SYSLAT_VSYSCALL};
    struct syslat_cpu *cpu = this_cpu();
    struct syslat_caller *caller;

    /* gettimeofday, time, getcpu (addr_to_vsyscall_nr, arch/x86/entry/vsyscall/vsyscall_64.c) */
    key.number = which == 0 ? 96 : which == 1 ? 201 : 309;
    if (!in_scope(tgid) || !is_selected((__u64)SYSLAT_X86_64 << SYSLAT_CALL_ABI_SHIFT | (__u32)key.number))
        return 0;
    caller = find_caller(&key);
    if (!caller) {
        add_on_cpu(&cpu->counters.vsyscalls_unnoted, 1);
        return 0;
    }
    if (caller->state == SYSLAT_CALLER_UNKNOWN) {
        bpf_get_current_comm(caller->name, sizeof(caller->name));
        caller->state = SYSLAT_CALLER_NAMED;
    }
    __atomic_fetch_add(&caller->calls, 1, __ATOMIC_RELAXED);
    return 0;
}

#endif
