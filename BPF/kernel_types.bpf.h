/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel structures in use, reduced to the fields in use. CO-RE finds the real offsets when the programs are loaded,
 * so that neither kernel headers nor a full vmlinux.h are needed.
 */
#ifndef SYSLAT_KERNEL_TYPES_BPF_H
#define SYSLAT_KERNEL_TYPES_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef _Bool bool;
#define true 1
#define false 0

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live;           /* threads that have not begun to exit */
    __u64 sum_sched_runtime; /* CPU time of the threads that are gone, ns */
};

struct sched_entity {
    __u64 sum_exec_runtime; /* CPU time of the thread, ns */
};

/* x86 only: TS_COMPAT says how the current system call was made (arch/x86/include/asm/thread_info.h). */
struct thread_info {
    __u32 status;
};

typedef struct {
    void *vdso; /* where the image begins in user memory (x86: asm/mmu.h; the same on arm64) */
} mm_context_t;

struct mm_struct {
    mm_context_t context;
};

struct qstr {
    const unsigned char *name;
};

struct dentry {
    struct qstr d_name;
};

struct path {
    struct dentry *dentry;
};

struct file {
    struct path f_path;
};

struct vm_area_struct {
    struct file *vm_file;
};

struct task_struct {
    struct thread_info thread_info;
    struct sched_entity se;
    int pid;
    int tgid;
    struct mm_struct *mm;
    __u64 start_time; /* CLOCK_MONOTONIC, ns */
    unsigned long nvcsw;
    unsigned long nivcsw;
    struct signal_struct *signal;
};

#pragma clang attribute pop

/* A flavour of its own, since bpf_tracing.h knows a `struct pt_regs`. Few calls are looked at so closely. */
struct pt_regs___syslat {
#if defined(__TARGET_ARCH_x86)
    unsigned long bx, dx, si, di, orig_ax, ip;
#elif defined(__TARGET_ARCH_arm64)
    __u64 regs[31];
    __u64 pc;
#endif
} __attribute__((preserve_access_index));

#if defined(__TARGET_ARCH_x86)
#define SYSLAT_NATIVE_ABI SYSLAT_X86_64
#elif defined(__TARGET_ARCH_arm64)
#define SYSLAT_NATIVE_ABI SYSLAT_AARCH64
#else
#error "unknown architecture"
#endif

#define TS_COMPAT 0x0002
#define X32_SYSCALL_BIT 0x40000000

#endif
