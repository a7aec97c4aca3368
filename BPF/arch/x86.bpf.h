/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* x86: three ABIs on one kernel, told by the task's status and by a bit of the number. */
#ifndef SYSLAT_ARCH_X86_BPF_H
#define SYSLAT_ARCH_X86_BPF_H

#include "kernel_types.bpf.h"
#include "syslat_abi.h"

#define NATIVE_ABI SYSLAT_X86_64
#define NATIVE_VDSO_CALLS SYSLAT_VDSO_CALLS_X86_64
#define COMPAT_VDSO_CALLS SYSLAT_VDSO_CALLS_IA32

/* The calls that install seccomp filters: prctl and seccomp, of all ABIs (arch/x86/entry/syscalls/syscall_{32,64}.tbl). */
#define FILTER_CALLS(CALL) CALL(157) CALL(317) CALL(172) CALL(354)

/* The current call was made by int 0x80, SYSENTER or 32-bit SYSCALL (arch/x86/include/asm/thread_info.h). */
#define TS_COMPAT 0x0002
#define X32_SYSCALL_BIT 0x40000000

/*
 * The lowest bits of a thread's flags. TIF_NOTIFY_RESUME, TIF_SIGPENDING and TIF_NOTIFY_SIGNAL are among them on every kernel, but
 * not in the same order (arch/x86/include/asm/thread_info.h, include/asm-generic/thread_info_tif.h).
 */
#define WORK_FLAGS 7

/* The word of a perf event's registers that is the instruction pointer (struct pt_regs, arch/x86/include/uapi/asm/ptrace.h). */
#define SAMPLED_IP 16

/* Flavours: CO-RE ignores what follows the three underscores. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info___x86 {
    __u32 status;
};

struct task_struct___x86 {
    struct thread_info___x86 thread_info;
};

struct pt_regs___syslat {
    unsigned long r10, r9, r8, bp, bx, cx, dx, si, di, orig_ax, ip, sp;
};

#pragma clang attribute pop

#define READ_STATUS(task, kind) READ((struct task_struct___x86 *)(task), thread_info.status, kind)

/* The ABI of the call that the current thread is making. Valid at entry only: execve may change it before the exit. */
static __always_inline __u32 abi_of_call(struct task_struct *task, __s32 number, const enum program_kind kind)
{
    if (unlikely(READ_STATUS(task, kind) & TS_COMPAT))
        return SYSLAT_IA32;
    /* In a negative number the bit is set too, but the kernel doesn't take it for x32 either (do_syscall_x32, arch/x86/entry). */
    return unlikely((__u32)number >> 30 == X32_SYSCALL_BIT >> 30) ? SYSLAT_X32 : SYSLAT_X86_64;
}

/* Whether the current thread is making an ia32 call. For typed programs. */
static __always_inline bool is_compat_call(struct task_struct *task)
{
    return READ_STATUS(task, TYPED) & TS_COMPAT;
}

/* Whether something may keep a thread's calls from being made. Kernels without thread_info.syscall_work skip no programs. */
static __always_inline bool may_be_refused_by_flags(struct task_struct *task, const enum program_kind kind)
{
    return true;
}

static __always_inline __s32 without_x32_bit(__u32 abi, __s32 number)
{
    return abi == SYSLAT_X32 ? number & ~X32_SYSCALL_BIT : number;
}

/* The number in the registers at an exit, where its entry was not seen. */
static __always_inline long number_at_exit(struct pt_regs___syslat *registers)
{
    unsigned long number = 0;

    bpf_core_read(&number, sizeof(number), &registers->orig_ax);
    return number;
}

/* The instruction pointer and the first three arguments of a call. */
static __always_inline void read_call_registers(__u64 *ip, __u64 *arguments, struct pt_regs___syslat *registers, __u32 abi)
{
    *ip = BPF_CORE_READ(registers, ip);
    arguments[0] = abi == SYSLAT_IA32 ? BPF_CORE_READ(registers, bx) : BPF_CORE_READ(registers, di);
    arguments[1] = BPF_CORE_READ(registers, si);
    arguments[2] = BPF_CORE_READ(registers, dx);
}

/* An argument, as it is at the exit: the kernel keeps them. */
static __always_inline __u64 read_argument(struct pt_regs___syslat *registers, __u32 abi, __u32 argument)
{
    bool is_ia32 = abi == SYSLAT_IA32;

    switch (argument) {
    case 0:
        return is_ia32 ? BPF_CORE_READ(registers, bx) : BPF_CORE_READ(registers, di);
    case 1:
        return is_ia32 ? BPF_CORE_READ(registers, cx) : BPF_CORE_READ(registers, si);
    case 2:
        return BPF_CORE_READ(registers, dx);
    case 3:
        return is_ia32 ? BPF_CORE_READ(registers, si) : BPF_CORE_READ(registers, r10);
    case 4:
        return is_ia32 ? BPF_CORE_READ(registers, di) : BPF_CORE_READ(registers, r8);
    default:
        return is_ia32 ? BPF_CORE_READ(registers, bp) : BPF_CORE_READ(registers, r9);
    }
}

/* All six of them. */
static __always_inline void read_all_arguments(__u64 *arguments, struct pt_regs___syslat *registers, __u32 abi)
{
    for (__u32 argument = 0; argument < 6; argument++)
        arguments[argument] = read_argument(registers, abi, argument);
}

/* SYSLAT_NUMBER_GETTIMEOFDAY, ...: the x86_64 numbers of the functions of the vDSO. */
enum {
#define SYSLAT_NUMBER(number, function) SYSLAT_NUMBER_##function = number,
    SYSLAT_VDSO_CALLS_X86_64(SYSLAT_NUMBER)
#undef SYSLAT_NUMBER
};

/* The number that stands for entry `which` of the vsyscall page (addr_to_vsyscall_nr, arch/x86/entry/vsyscall/vsyscall_64.c). */
static __always_inline __s32 vsyscall_number(__u32 which)
{
    return which == 0 ? SYSLAT_NUMBER_GETTIMEOFDAY : which == 1 ? SYSLAT_NUMBER_TIME : SYSLAT_NUMBER_GETCPU;
}

/* Where the program goes on after a call, and what its stack ends with. */
static __always_inline void read_stack_end(struct syslat_details *details, struct pt_regs___syslat *registers)
{
    details->instruction = BPF_CORE_READ(registers, ip);
    if (bpf_probe_read_user(details->stack_words, sizeof(details->stack_words), (const void *)BPF_CORE_READ(registers, sp)))
        details->instruction = 0;
}

#endif
