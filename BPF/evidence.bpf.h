/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a call that the vDSO can serve enters the kernel: what its entry tells. The vDSO's own fallback executes its own system
 * call instruction, so that the instruction pointer lies inside the image if and only if the vDSO ran and gave up.
 */
#ifndef SYSLAT_EVIDENCE_BPF_H
#define SYSLAT_EVIDENCE_BPF_H

#include "maps.bpf.h"

/* What a call does, as far as the vDSO is concerned. Two bits. */
enum vdso_call {
    NOT_VDSO_ABLE = 0,
    TAKES_CLOCK,
    TAKES_NONE,
    GETS_RANDOM,
};

#define IA32_CALL_SHIFT 2
#define IA32(call) ((call) << IA32_CALL_SHIFT)

/*
 * What calls do, by number: native ones in the low bits, 32-bit ones above. One look tells nearly all calls that there is nothing
 * to look at. Numbers: arch/x86/entry/syscalls/syscall_{32,64}.tbl, scripts/syscall.tbl (6.18). The 32-bit vDSO has no getrandom.
 */
static const __u8 vdso_calls[SYSLAT_SELECTABLE_NUMBERS] = {
#if defined(__TARGET_ARCH_x86)
    [13] = IA32(TAKES_NONE),                /* time */
    [78] = IA32(TAKES_NONE),                /* gettimeofday */
    [96] = TAKES_NONE,                      /* gettimeofday */
    [201] = TAKES_NONE,                     /* time */
    [228] = TAKES_CLOCK,                    /* clock_gettime */
    [229] = TAKES_CLOCK,                    /* clock_getres */
    [265] = IA32(TAKES_CLOCK),              /* clock_gettime */
    [266] = IA32(TAKES_CLOCK),              /* clock_getres */
    [309] = TAKES_NONE,                     /* getcpu */
    [318] = GETS_RANDOM | IA32(TAKES_NONE), /* getrandom; getcpu */
    [403] = IA32(TAKES_CLOCK),              /* clock_gettime64 */
    [406] = IA32(TAKES_CLOCK),              /* clock_getres_time64 */
#elif defined(__TARGET_ARCH_arm64)
    [113] = TAKES_CLOCK, /* clock_gettime */
    [114] = TAKES_CLOCK, /* clock_getres */
    [169] = TAKES_NONE,  /* gettimeofday */
    [278] = GETS_RANDOM, /* getrandom */
#endif
};

/* The row of a number in the table; 0 for one that no vDSO serves, whatever its ABI. */
static __always_inline __u32 vdso_row(__u32 number)
{
    __u64 place = number;

    barrier_var(place); /* the bound is to stay where the verifier sees it */
    return place < sizeof(vdso_calls) ? vdso_calls[place] : 0;
}

struct call_site {
    __u64 mm;
    __u64 vdso;
    __u64 ip;
    __u64 arguments[3];
};

static __always_inline void read_call_site(struct call_site *site, struct task_struct *task, void *regs, __u32 abi)
{
    struct pt_regs___syslat *registers = regs;
    struct mm_struct *mm = BPF_CORE_READ(task, mm);

    site->mm = (__u64)mm;
    site->vdso = mm ? (__u64)BPF_CORE_READ(mm, context.vdso) : 0;
#if defined(__TARGET_ARCH_x86)
    site->ip = BPF_CORE_READ(registers, ip);
    site->arguments[0] = abi == SYSLAT_IA32 ? BPF_CORE_READ(registers, bx) : BPF_CORE_READ(registers, di);
    site->arguments[1] = BPF_CORE_READ(registers, si);
    site->arguments[2] = BPF_CORE_READ(registers, dx);
#elif defined(__TARGET_ARCH_arm64)
    site->ip = BPF_CORE_READ(registers, pc);
    site->arguments[0] = BPF_CORE_READ(registers, regs[0]);
    site->arguments[1] = BPF_CORE_READ(registers, regs[1]);
    site->arguments[2] = BPF_CORE_READ(registers, regs[2]);
#endif
}

/* Negative ids carry what they name in their upper bits (include/linux/posix-timers.h): a process, a thread or a file. */
static __always_inline __u8 clock_code(__s32 clock)
{
    if (clock < 0)
        return (clock & 7) == 3 ? SYSLAT_CLOCK_DYNAMIC : SYSLAT_CLOCK_CPU;
    return clock < SYSLAT_CLOCK_BEYOND ? clock : SYSLAT_CLOCK_BEYOND;
}

/* The bytes by which getrandom of the vDSO asks for a key (lib/vdso/getrandom.c). */
#define VDSO_KEY_BYTES 32

/*
 * The evidence of a call that the vDSO could have served, and its clock, in their places of the call's word; 0 for any other. A
 * function of its own: few calls come here.
 */
static __noinline __u64 look_at_entry(struct task_struct *task, void *regs, __u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __u32 served = vdso_row(syslat_call_number(call)) >> (abi == SYSLAT_IA32 ? IA32_CALL_SHIFT : 0) & 3;
    struct call_site site = {};
    __u64 evidence;
    __u64 clock = 0;

    if (served == NOT_VDSO_ABLE)
        return 0;
    read_call_site(&site, task, regs, abi);
    if (!site.vdso)
        evidence = SYSLAT_NO_VDSO;
    else if (abi == SYSLAT_IA32)
        evidence = SYSLAT_COMPAT;
    else if (site.ip - site.vdso >= config.vdso_bytes)
        evidence = SYSLAT_OUTSIDE;
    else if (served == GETS_RANDOM && site.arguments[1] == VDSO_KEY_BYTES && site.arguments[2] == 0)
        evidence = SYSLAT_INSIDE_RESEED;
    else
        evidence = SYSLAT_INSIDE;
    if (served == TAKES_CLOCK)
        clock = clock_code(site.arguments[0]);
    return evidence << SYSLAT_CALL_EVIDENCE_SHIFT | clock << SYSLAT_CALL_CLOCK_SHIFT;
}

#endif
