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

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live; /* threads that have not begun to exit */
};

/* x86 only: TS_COMPAT says how the current system call was made (arch/x86/include/asm/thread_info.h). */
struct thread_info {
    __u32 status;
};

struct task_struct {
    struct thread_info thread_info;
    int pid;
    int tgid;
    __u64 start_time; /* CLOCK_MONOTONIC, ns */
    unsigned long nvcsw;
    unsigned long nivcsw;
    struct signal_struct *signal;
};

#pragma clang attribute pop

/* A flavour of its own, since bpf_tracing.h knows a `struct pt_regs`. Only exits without an entry look into it. */
struct pt_regs___syslat {
    unsigned long orig_ax;
} __attribute__((preserve_access_index));

#define TS_COMPAT 0x0002
#define X32_SYSCALL_BIT 0x40000000

#endif
