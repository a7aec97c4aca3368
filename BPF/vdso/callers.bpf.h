/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which code calls past the vDSO, by its address, and the file that it comes from. Here and not in user space, because a short
 * program has ended before user space could look.
 */
#ifndef SYSLAT_CALLERS_BPF_H
#define SYSLAT_CALLERS_BPF_H

#include <asm-generic/errno-base.h>

#include "vdso/evidence.bpf.h"
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

static __always_inline void make_caller_key(struct syslat_caller_key *key, struct task_struct *task,
                                            struct pt_regs___syslat *registers, __u32 tgid, __u64 call)
{
    struct call_site site = {};

    read_call_site(&site, task, registers, syslat_call_abi(call));
    key->mm = site.mm;
    key->ip = site.ip;
    key->number = syslat_call_number(call);
    key->tgid = tgid;
    key->abi = syslat_call_abi(call);
    key->evidence = syslat_call_evidence(call);
    key->clock = syslat_call_clock(call);
}

/* Counts a completed call that bypassed the vDSO. Returns whether its file is still to be named. */
static __noinline int count_caller(struct syslat_cpu *cpu, struct pt_regs___syslat *registers, __u64 call)
{
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct syslat_caller_key key = {};
    struct syslat_caller *caller;

    make_caller_key(&key, task, registers, bpf_get_current_pid_tgid() >> 32, call);
    caller = find_caller(&key);
    if (!caller) {
        add_on_cpu(&cpu->counters.callers_unnoted, 1);
        return 0;
    }
    /* Unmeasured calls have no evidence and never come here, so a drawn call counts for all that it stands for. */
    __atomic_fetch_add(&caller->calls, 1ULL << syslat_call_sampling(call), __ATOMIC_RELAXED);
    return caller->state == SYSLAT_CALLER_UNKNOWN;
}

/* The file of a mapping. On the stack, since a callback can be given nothing else to write to. */
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

/* Programs can unmap the vDSO. The kernel keeps its address all the same. */
static long ignore_mapping(struct task_struct *task, struct vm_area_struct *area, void *nothing)
{
    return 0;
}

/*
 * Names the file from which the call came, and notes whether the process has a vDSO. If another thread holds the lock of the mappings, the next call tries again. Kernel:
 * 5.17 (bpf_find_vma).
 */
static __noinline int name_caller(struct pt_regs___syslat *registers, __u64 call)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct syslat_caller_key key = {};
    struct syslat_caller *caller;
    struct mapping found = {};
    long vdso;

    make_caller_key(&key, task, registers, bpf_get_current_pid_tgid() >> 32, call);
    caller = bpf_map_lookup_elem(&callers, &key);
    if (!caller)
        return 0;
    vdso = bpf_find_vma(task, (__u64)BPF_CORE_READ(task, mm, context.vdso), ignore_mapping, &found, 0);
    if (vdso == -EBUSY || bpf_find_vma(task, key.ip, read_mapping, &found, 0))
        return 0;
    caller->lacks_vdso = vdso == -ENOENT;
    __builtin_memcpy(caller->name, found.name, sizeof(found.name));
    caller->state = found.state;
    return 0;
}

/*
 * Whether an exit program names the files of callers, which takes bpf_find_vma.
 *
 * Two programs and not a switch in the configuration, as sampling is one: the look-up takes a callback, and the kernel resolves the
 * addresses of callbacks before it removes dead code (resolve_pseudo_ldimm64, kernel/bpf/verifier.c). Before 5.13 it knows no
 * callbacks and refuses the whole program, even if the look-up can't be reached.
 */
enum caller_naming { NAMES_CALLERS, LEAVES_CALLERS_UNNAMED };

/* Notes where a call that bypassed the vDSO came from. */
static __always_inline void note_caller(struct pt_regs___syslat *registers, __u64 call, const enum caller_naming naming)
{
    if (likely(syslat_call_evidence(call) != SYSLAT_OUTSIDE))
        return;
    if (count_caller(this_cpu(), registers, call) && naming == NAMES_CALLERS)
        name_caller(registers, call);
}

#if defined(__TARGET_ARCH_x86)
/* A call through the vsyscall page. It is emulated in a page fault and passes no system call tracepoint. */
static __always_inline int vsyscall_emulated(__u32 which)
{
    __u32 tgid = bpf_get_current_pid_tgid() >> 32;
    struct syslat_caller_key key = {.tgid = tgid, .abi = SYSLAT_VSYSCALL};
    struct syslat_cpu *cpu = this_cpu();
    struct syslat_caller *caller;

    key.number = vsyscall_number(which);
    if (!in_scope(tgid) || !is_selected((__u64)SYSLAT_X86_64 << SYSLAT_CALL_ABI_SHIFT | (__u32)key.number))
        return 0;
    caller = find_caller(&key);
    if (!caller) {
        add_on_cpu(&cpu->counters.vsyscalls_unnoted, 1);
        return 0;
    }
    if (caller->state == SYSLAT_CALLER_UNKNOWN) {
        read_process_name(caller->name);
        caller->state = SYSLAT_CALLER_NAMED;
    }
    __atomic_fetch_add(&caller->calls, 1, __ATOMIC_RELAXED);
    return 0;
}
#endif

#endif
