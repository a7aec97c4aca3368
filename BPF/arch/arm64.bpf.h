/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* arm64: one ABI; 32-bit calls are not told apart yet. */
#ifndef SYSLAT_ARCH_ARM64_BPF_H
#define SYSLAT_ARCH_ARM64_BPF_H

#include "kernel_types.bpf.h"
#include "syslat_abi.h"

#define NATIVE_ABI SYSLAT_AARCH64
#define NATIVE_VDSO_CALLS SYSLAT_VDSO_CALLS_AARCH64

/* The calls that install seccomp filters: prctl and seccomp (scripts/syscall.tbl). */
#define FILTER_CALLS(CALL) CALL(167) CALL(277)

/* A flavour, since bpf_tracing.h has a `struct pt_regs`: CO-RE ignores what follows the three underscores. */
struct pt_regs___syslat {
    __u64 regs[31];
    __u64 pc;
    __u64 orig_x0;
} __attribute__((preserve_access_index));

static __always_inline __u32 abi_of_call(struct task_struct *task, __s32 number, const enum program_kind kind)
{
    return SYSLAT_AARCH64;
}

static __always_inline bool is_compat_call(struct task_struct *task)
{
    return false;
}

static __always_inline __s32 without_x32_bit(__u32 abi, __s32 number)
{
    return number;
}

static __always_inline long number_at_exit(struct pt_regs___syslat *registers)
{
    return 0;
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

#endif
