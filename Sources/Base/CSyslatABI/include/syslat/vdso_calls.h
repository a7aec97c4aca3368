/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The calls that a vDSO can serve. This is the only list: the kernel side makes its table from it, and Swift asks
 * syslat_vdso_function().
 */
#ifndef SYSLAT_VDSO_CALLS_H
#define SYSLAT_VDSO_CALLS_H

#include "calls.h"

/* The functions of the vDSO that stand for a system call. Those that take a clock come first: syslat_vdso_takes_clock(). */
enum syslat_vdso_function {
    SYSLAT_VDSO_NONE = 0,
    SYSLAT_VDSO_CLOCK_GETTIME = 1,
    SYSLAT_VDSO_CLOCK_GETRES = 2,
    SYSLAT_VDSO_GETTIMEOFDAY = 3,
    SYSLAT_VDSO_TIME = 4,
    SYSLAT_VDSO_GETCPU = 5,
    SYSLAT_VDSO_GETRANDOM = 6,
};

/*
 * CALL(number, function) for each call of an ABI. 32-bit programs have two numbers for a clock, with 32-bit and with 64-bit times,
 * and a vDSO without getrandom. x32 has the numbers of x86_64.
 *
 * Sources: arch/x86/entry/syscalls/syscall_{32,64}.tbl, scripts/syscall.tbl, arch/arm/tools/syscall.tbl, the vdso*.lds.S of each
 * architecture (6.18).
 */
#define SYSLAT_VDSO_CALLS_X86_64(CALL)                                                                                             \
    CALL(96, GETTIMEOFDAY)                                                                                                         \
    CALL(201, TIME)                                                                                                                \
    CALL(228, CLOCK_GETTIME)                                                                                                       \
    CALL(229, CLOCK_GETRES)                                                                                                        \
    CALL(309, GETCPU)                                                                                                              \
    CALL(318, GETRANDOM)

#define SYSLAT_VDSO_CALLS_IA32(CALL)                                                                                               \
    CALL(13, TIME)                                                                                                                 \
    CALL(78, GETTIMEOFDAY)                                                                                                         \
    CALL(265, CLOCK_GETTIME)                                                                                                       \
    CALL(266, CLOCK_GETRES)                                                                                                        \
    CALL(318, GETCPU)                                                                                                              \
    CALL(403, CLOCK_GETTIME)                                                                                                       \
    CALL(406, CLOCK_GETRES)

#define SYSLAT_VDSO_CALLS_AARCH64(CALL)                                                                                            \
    CALL(113, CLOCK_GETTIME)                                                                                                       \
    CALL(114, CLOCK_GETRES)                                                                                                        \
    CALL(169, GETTIMEOFDAY)                                                                                                        \
    CALL(278, GETRANDOM)

#define SYSLAT_VDSO_CALLS_ARM(CALL)                                                                                                \
    CALL(78, GETTIMEOFDAY)                                                                                                         \
    CALL(263, CLOCK_GETTIME)                                                                                                       \
    CALL(264, CLOCK_GETRES)                                                                                                        \
    CALL(403, CLOCK_GETTIME)                                                                                                       \
    CALL(406, CLOCK_GETRES)

static inline _Bool syslat_vdso_takes_clock(syslat_u32 function)
{
    return function != SYSLAT_VDSO_NONE && function <= SYSLAT_VDSO_CLOCK_GETRES;
}

/* The function that could have served a call, or SYSLAT_VDSO_NONE. */
static inline enum syslat_vdso_function syslat_vdso_function(syslat_u32 abi, syslat_s32 number)
{
#define SYSLAT_CASE(number, function)                                                                                              \
    case number:                                                                                                                   \
        return SYSLAT_VDSO_##function;

    switch (abi) {
    case SYSLAT_X86_64:
    case SYSLAT_X32:
        switch (number) {
            SYSLAT_VDSO_CALLS_X86_64(SYSLAT_CASE)
        default:
            return SYSLAT_VDSO_NONE;
        }
    case SYSLAT_IA32:
        switch (number) {
            SYSLAT_VDSO_CALLS_IA32(SYSLAT_CASE)
        default:
            return SYSLAT_VDSO_NONE;
        }
    case SYSLAT_AARCH64:
        switch (number) {
            SYSLAT_VDSO_CALLS_AARCH64(SYSLAT_CASE)
        default:
            return SYSLAT_VDSO_NONE;
        }
    case SYSLAT_ARM:
        switch (number) {
            SYSLAT_VDSO_CALLS_ARM(SYSLAT_CASE)
        default:
            return SYSLAT_VDSO_NONE;
        }
    default:
        return SYSLAT_VDSO_NONE;
    }
#undef SYSLAT_CASE
}

#endif
