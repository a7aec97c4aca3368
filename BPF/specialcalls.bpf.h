/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which calls need more than the fast path, by their numbers. */
#ifndef SYSLAT_SPECIALCALLS_BPF_H
#define SYSLAT_SPECIALCALLS_BPF_H

#include "arch.bpf.h"

/*
 * The functions of the vDSO that could have served a call (enum syslat_vdso_function), and whether it may install a seccomp filter. All
 * ABIs of a number are in one byte, so one look tells nearly all calls that there is nothing special about them.
 */
static const union special_call {
    struct {
        __u8 native : 3;
        __u8 ia32 : 3;
        __u8 installs_filter : 1;
    };
    __u8 any;
} special_calls[SYSLAT_INDEXED_NUMBERS] = {
#define NATIVE(number, function) [number].native = SYSLAT_VDSO_##function,
    NATIVE_VDSO_CALLS(NATIVE)
#if defined(__TARGET_ARCH_x86)
#define IA32(number, function) [number].ia32 = SYSLAT_VDSO_##function,
        SYSLAT_VDSO_CALLS_IA32(IA32)
#endif
#define FILTER(number) [number].installs_filter = 1,
            FILTER_CALLS(FILTER)};

/* The bits of `any`: those before ia32, those of a function, and that of a call that may install a filter. */
#define IA32_SHIFT 3
#define FUNCTION_MASK 7
#define INSTALLS_FILTER 0x40
_Static_assert(SYSLAT_VDSO_GETRANDOM <= FUNCTION_MASK, "a function of the vDSO has three bits");

/* What is special about a number: 0 for nothing, whatever its ABI. */
static __always_inline __u32 special_about(__u32 number)
{
    __u64 index = number;

    barrier_var(index); /* keeps the bound where the verifier sees it */
    return index < SYSLAT_INDEXED_NUMBERS ? special_calls[index].any : 0;
}

#endif
