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
        __u8 compat : 3;
        __u8 installs_filter : 1;
    };
    __u8 any;
} special_calls[SYSLAT_INDEXED_NUMBERS] = {
#define NATIVE(number, function) [number].native = SYSLAT_VDSO_##function,
    NATIVE_VDSO_CALLS(NATIVE)
#define COMPAT(number, function) [number].compat = SYSLAT_VDSO_##function,
        COMPAT_VDSO_CALLS(COMPAT)
#define FILTER(number) [number].installs_filter = 1,
            FILTER_CALLS(FILTER)};

/* The bits of `any`: those before compat, those of a function, and that of a call that may install a filter. */
#define COMPAT_SHIFT 3
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
