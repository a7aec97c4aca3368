/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel structures in use, reduced to the fields in use, and how their fields are read. CO-RE finds the real offsets when
 * the programs are loaded, so neither kernel headers nor a full vmlinux.h are needed. What only one architecture has is in arch/.
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

#ifndef likely /* bpf_helpers.h has both since libbpf 1.6 */
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif

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

struct notification;

struct seccomp_filter {
    struct seccomp_filter *prev;
    struct notification *notif; /* of a filter with a supervisor */
};

struct seccomp {
    int mode;
    struct seccomp_filter *filter;
};

struct thread_info {
    unsigned long flags;        /* TIF_... */
    unsigned long syscall_work; /* what stands around the calls of the thread. Kernel: 5.11 */
};

/* Bits of syscall_work. */
enum syscall_work_bit {
    SYSCALL_WORK_BIT_SECCOMP,
    SYSCALL_WORK_BIT_SYSCALL_TRACE,
    SYSCALL_WORK_BIT_SYSCALL_EMU,
    SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH,
};

struct srcu_struct {
    __u8 srcu_reader_flavor;
};

struct trace_event {
    int type; /* the number of the event */
};

/* Describes a tracepoint's event. */
struct trace_event_call {
    struct trace_event event;
};

struct callback_head;

struct task_struct {
    struct thread_info thread_info;
    void *stack;
    struct callback_head *task_works; /* work to do before the return to the program */
    struct sched_entity se;
    int pid;
    int tgid;
    struct mm_struct *mm;
    __u64 start_time; /* CLOCK_MONOTONIC, ns */
    unsigned long nvcsw;
    unsigned long nivcsw;
    struct signal_struct *signal;
    struct task_struct *group_leader;
    char comm[16];
    unsigned int ptrace;
    struct seccomp seccomp;
};

#pragma clang attribute pop

/*
 * The two kinds of programs. Typed ones (tp_btf) load kernel fields directly and use compare-and-exchange: Linux 5.12, with BTF of
 * its own. Raw ones (raw_tp) read through helpers and run from Linux 5.10 on, with BTF from a file. A function that serves both
 * takes the kind as a constant, and the compiler makes two functions of it.
 */
enum program_kind { TYPED, RAW };

#define READ(object, field, kind) ((kind) == TYPED ? (object)->field : BPF_CORE_READ(object, field))

#endif
