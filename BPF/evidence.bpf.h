/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a call that the vDSO can serve enters the kernel: what its entry tells. The vDSO's own fallback executes its own system
 * call instruction, so that the instruction pointer lies inside the image if and only if the vDSO ran and gave up.
 */
#ifndef SYSLAT_EVIDENCE_BPF_H
#define SYSLAT_EVIDENCE_BPF_H

#include "maps.bpf.h"

/* What a call does, as far as the vDSO is concerned. */
enum vdso_call {
    NOT_VDSO_ABLE,
    TAKES_CLOCK,
    TAKES_NONE,
    GETS_RANDOM,
};

/* Numbers: arch/x86/entry/syscalls/syscall_{32,64}.tbl, scripts/syscall.tbl (6.18). The 32-bit vDSO has no getrandom. */
static __always_inline enum vdso_call vdso_call_of(__u32 abi, __s32 number)
{
#if defined(__TARGET_ARCH_x86)
    if (abi == SYSLAT_IA32) {
        switch (number) {
        case 265: /* clock_gettime */
        case 266: /* clock_getres */
        case 403: /* clock_gettime64 */
        case 406: /* clock_getres_time64 */
            return TAKES_CLOCK;
        case 13:  /* time */
        case 78:  /* gettimeofday */
        case 318: /* getcpu */
            return TAKES_NONE;
        }
        return NOT_VDSO_ABLE;
    }
    switch (number) {
    case 228: /* clock_gettime */
    case 229: /* clock_getres */
        return TAKES_CLOCK;
    case 96:  /* gettimeofday */
    case 201: /* time */
    case 309: /* getcpu */
        return TAKES_NONE;
    case 318: /* getrandom */
        return GETS_RANDOM;
    }
#elif defined(__TARGET_ARCH_arm64)
    switch (number) {
    case 113: /* clock_gettime */
    case 114: /* clock_getres */
        return TAKES_CLOCK;
    case 169: /* gettimeofday */
        return TAKES_NONE;
    case 278: /* getrandom */
        return GETS_RANDOM;
    }
#endif
    return NOT_VDSO_ABLE;
}

/* All numbers above, of whichever ABI: one look tells nearly all calls that there is nothing to look at. */
static const __u8 may_be_vdso_call[] = {
#if defined(__TARGET_ARCH_x86)
    [13] = 1,  [78] = 1,  [96] = 1,  [201] = 1, [228] = 1, [229] = 1,
    [265] = 1, [266] = 1, [309] = 1, [318] = 1, [403] = 1, [406] = 1,
#elif defined(__TARGET_ARCH_arm64)
    [113] = 1, [114] = 1, [169] = 1, [278] = 1,
#endif
};

static __always_inline bool deserves_a_look(__u64 call)
{
    __u32 place = syslat_call_number(call);

    barrier_var(place); /* as in slot_of */
    return place < sizeof(may_be_vdso_call) && may_be_vdso_call[place];
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
    enum vdso_call served = vdso_call_of(abi, syslat_call_number(call));
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
