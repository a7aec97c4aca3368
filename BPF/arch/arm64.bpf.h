/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* arm64: two ABIs on one kernel, told by a flag of the thread. */
#ifndef SYSLAT_ARCH_ARM64_BPF_H
#define SYSLAT_ARCH_ARM64_BPF_H

#include "kernel_types.bpf.h"
#include "syslat_abi.h"

#define NATIVE_ABI SYSLAT_AARCH64
#define NATIVE_VDSO_CALLS SYSLAT_VDSO_CALLS_AARCH64

#define COMPAT_VDSO_CALLS SYSLAT_VDSO_CALLS_ARM

/* The calls that install seccomp filters: prctl and seccomp, of both ABIs (scripts/syscall.tbl, arch/arm/tools/syscall.tbl). */
#define FILTER_CALLS(CALL) CALL(167) CALL(277) CALL(172) CALL(383)

/* Flags of a thread (arch/arm64/include/asm/thread_info.h). */
#define TIF_SYSCALL_TRACE 8
#define TIF_SECCOMP 11
#define TIF_SYSCALL_EMU 12
#define TIF_32BIT 22 /* it runs 32-bit code */

/*
 * The flags among which TIF_NOTIFY_RESUME and TIF_NOTIFY_SIGNAL are on every kernel. They are bits 2 and 6; behind TIF_NEED_RESCHED_LAZY,
 * which came in between, 3 and 7; and among the lowest three where the kernel has those that most architectures share
 * (include/asm-generic/thread_info_tif.h). Others cost no more than a second look.
 */
#define WORK_FLAGS 0xcf

/* The word of a perf event's registers that is the instruction pointer (struct user_pt_regs, include/uapi/asm/ptrace.h). */
#define SAMPLED_IP 32

/* A flavour, since bpf_tracing.h has a `struct pt_regs`: CO-RE ignores what follows the three underscores. */
struct pt_regs___syslat {
    __u64 regs[31];
    __u64 pc;
    __u64 orig_x0;
    __s32 syscallno;
} __attribute__((preserve_access_index));

static __always_inline bool is_32bit(struct task_struct *task, const enum program_kind kind)
{
    return READ(task, thread_info.flags, kind) >> TIF_32BIT & 1;
}

/* The ABI of the call that the current thread is making. Valid at entry only: execve may change it before the exit. */
static __always_inline __u32 abi_of_call(struct task_struct *task, __s32 number, const enum program_kind kind)
{
    return unlikely(is_32bit(task, kind)) ? SYSLAT_COMPAT_CODE : SYSLAT_AARCH64;
}

/* Whether the current thread is making a 32-bit call. For typed programs. */
static __always_inline bool is_compat_call(struct task_struct *task)
{
    return is_32bit(task, TYPED);
}

/* Whether something may keep a thread's calls from being made. For kernels without thread_info.syscall_work. */
static __always_inline bool may_be_refused_by_flags(struct task_struct *task, const enum program_kind kind)
{
    return READ(task, thread_info.flags, kind) & (1 << TIF_SYSCALL_TRACE | 1 << TIF_SECCOMP | 1 << TIF_SYSCALL_EMU);
}

static __always_inline __s32 without_x32_bit(__u32 abi, __s32 number)
{
    return number;
}

/* The number in the registers at an exit, where its entry was not seen; -1 after rt_sigreturn. */
static __always_inline long number_at_exit(struct pt_regs___syslat *registers)
{
    __s32 number = 0;

    bpf_core_read(&number, sizeof(number), &registers->syscallno);
    return number;
}

/* The instruction pointer and the first three arguments of a call. */
static __always_inline void read_call_registers(__u64 *ip, __u64 *arguments, struct pt_regs___syslat *registers, __u32 abi)
{
    *ip = BPF_CORE_READ(registers, pc);
    arguments[0] = BPF_CORE_READ(registers, regs[0]);
    arguments[1] = BPF_CORE_READ(registers, regs[1]);
    arguments[2] = BPF_CORE_READ(registers, regs[2]);
}

/* An argument, as it is at the exit: the kernel keeps them. */
static __always_inline __u64 read_argument(struct pt_regs___syslat *registers, __u32 abi, __u32 argument)
{
    switch (argument) {
    case 0:
        return BPF_CORE_READ(registers, orig_x0);
    case 1:
        return BPF_CORE_READ(registers, regs[1]);
    case 2:
        return BPF_CORE_READ(registers, regs[2]);
    case 3:
        return BPF_CORE_READ(registers, regs[3]);
    case 4:
        return BPF_CORE_READ(registers, regs[4]);
    default:
        return BPF_CORE_READ(registers, regs[5]);
    }
}

/* All six of them. */
static __always_inline void read_all_arguments(__u64 *arguments, struct pt_regs___syslat *registers, __u32 abi)
{
    for (__u32 argument = 0; argument < 6; argument++)
        arguments[argument] = read_argument(registers, abi, argument);
}

/* There the return address of a function without a frame is in a register, which user space doesn't look at yet. */
static __always_inline void read_stack_end(struct syslat_details *details, struct pt_regs___syslat *registers)
{
    details->instruction = 0;
}

#endif
