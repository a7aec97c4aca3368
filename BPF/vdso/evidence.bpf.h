/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the entry of a call that the vDSO can serve tells about its way into the kernel. The vDSO's fallback has a system call
 * instruction of its own, so the instruction pointer lies inside the image if and only if the vDSO ran and gave up.
 */
#ifndef SYSLAT_EVIDENCE_BPF_H
#define SYSLAT_EVIDENCE_BPF_H

#include "maps.bpf.h"
#include "specialcalls.bpf.h"

struct call_site {
    __u64 mm;
    __u64 vdso;
    __u64 ip;
    __u64 arguments[3];
};

static __always_inline void read_call_site(struct call_site *site, struct task_struct *task, struct pt_regs___syslat *registers,
                                           __u32 abi)
{
    struct mm_struct *mm = BPF_CORE_READ(task, mm);

    site->mm = (__u64)mm;
    site->vdso = mm ? (__u64)BPF_CORE_READ(mm, context.vdso) : 0;
    read_call_registers(&site->ip, site->arguments, registers, abi);
}

/* A clock as the call word keeps it. Negative ids name a process, a thread or a file (include/linux/posix-timers.h). */
static __always_inline __u8 clock_code(__s32 clock)
{
    if (clock < 0)
        return (clock & 7) == 3 ? SYSLAT_CLOCK_DYNAMIC : SYSLAT_CLOCK_CPU;
    return clock < SYSLAT_CLOCK_BEYOND ? clock : SYSLAT_CLOCK_BEYOND;
}

/* The bytes of a key that getrandom of the vDSO fetches (lib/vdso/getrandom.c). */
#define VDSO_KEY_BYTES 32

/*
 * The evidence of a call that the vDSO could have served, and its clock, as bits of the call word; 0 for any other call. A function
 * of its own: few calls come here.
 */
static __noinline __u64 look_at_entry(struct task_struct *task, struct pt_regs___syslat *registers, __u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __u32 function = special_about(syslat_call_number(call)) >> (abi == SYSLAT_COMPAT_CODE ? COMPAT_SHIFT : 0) & FUNCTION_MASK;
    struct call_site site = {};
    __u64 evidence;
    __u64 clock = 0;

    if (function == SYSLAT_VDSO_NONE)
        return 0;
    read_call_site(&site, task, registers, abi);
    if (!site.vdso)
        evidence = SYSLAT_NO_VDSO;
    else if (abi == SYSLAT_COMPAT_CODE)
        evidence = SYSLAT_COMPAT;
    else if (site.ip - site.vdso >= config.vdso_bytes)
        evidence = SYSLAT_OUTSIDE;
    else if (function == SYSLAT_VDSO_GETRANDOM && site.arguments[1] == VDSO_KEY_BYTES && site.arguments[2] == 0)
        evidence = SYSLAT_INSIDE_RESEED;
    else
        evidence = SYSLAT_INSIDE;
    if (syslat_vdso_takes_clock(function))
        clock = clock_code(site.arguments[0]);
    return evidence << SYSLAT_CALL_EVIDENCE_SHIFT | clock << SYSLAT_CALL_CLOCK_SHIFT;
}

#endif
