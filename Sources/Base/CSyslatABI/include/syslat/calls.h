/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is said of one call: its ABI, number, evidence, error and outcome; the word that holds them; and its indexes. */
#ifndef SYSLAT_CALLS_H
#define SYSLAT_CALLS_H

#include "limits.h"
#include "types.h"

enum syslat_abi {
    SYSLAT_X86_64 = 0,
    SYSLAT_IA32 = 1,
    SYSLAT_X32 = 2,
    SYSLAT_AARCH64 = 3,
    SYSLAT_VSYSCALL = 4, /* the legacy page: in the callers' map only */
    SYSLAT_IO_URING = 5, /* requests to io_uring: SYSLAT_CALL_REQUEST stands for it */
    SYSLAT_ARM = 6,      /* 32-bit calls on arm64: SYSLAT_COMPAT_CODE stands for it */
};

/*
 * Stands for the 32-bit calls of a kernel in words, keys and indexes, which have two bits for the ABI: for SYSLAT_IA32 on x86, and on
 * arm64 for SYSLAT_ARM. No kernel has both.
 */
#define SYSLAT_COMPAT_CODE SYSLAT_IA32

/* Codes for the ABIs of system calls. A power of two. */
#define SYSLAT_ABI_COUNT 4

enum syslat_outcome {
    SYSLAT_RAN = 0,
    SYSLAT_BLOCKED = 1,
    SYSLAT_PREEMPTED = 2,
    SYSLAT_AFTER_EXIT = 3, /* not the end of a call: the work that it left to its thread */
};

/* What the entry of a call that the vDSO could have served says about the way it took. */
enum syslat_evidence {
    SYSLAT_NO_EVIDENCE = 0,   /* a call that no vDSO serves */
    SYSLAT_NO_VDSO = 1,       /* the process has none */
    SYSLAT_OUTSIDE = 2,       /* entered from code outside the vDSO */
    SYSLAT_INSIDE = 3,        /* entered by the vDSO itself, which had no answer */
    SYSLAT_INSIDE_RESEED = 4, /* the same, with the arguments by which its getrandom fetches a key */
    SYSLAT_COMPAT = 5,        /* a 32-bit call: those of x86 all enter through the vDSO, and that of arm64 isn't looked up */
};

/*
 * Clocks in a word: ids below 253 stand for themselves, and 253 for that one and all above it. Negative ids carry what they name
 * in their upper bits; the word keeps only which of two kinds they are.
 */
#define SYSLAT_CLOCK_BEYOND 253
#define SYSLAT_CLOCK_CPU 254     /* the CPU time of another process or thread */
#define SYSLAT_CLOCK_DYNAMIC 255 /* a clock device that is open as a file */

/* In the place of a sampling shift: this call is unmeasured. */
#define SYSLAT_UNMEASURED 15

/*
 * The call word. It is made at the entry; error and outcome are added at the exit. From the lowest bit:
 *
 *     32 number    as entered; x32 numbers without __X32_SYSCALL_BIT
 *      2 abi       enum syslat_abi, or SYSLAT_COMPAT_CODE
 *      3 evidence  enum syslat_evidence
 *      4 sampling  the call stands for 2^sampling calls, itself among them; or SYSLAT_UNMEASURED
 *      8 clock     of clock_gettime and clock_getres with evidence: the id, or SYSLAT_CLOCK_...
 *     12 error     0, or the errno: 1 ... 4095
 *      2 outcome   enum syslat_outcome
 *      1 request   not a call: a request to io_uring. The number is its opcode; the ABI, evidence, sampling and clock are 0.
 */
#define SYSLAT_CALL_ABI_SHIFT 32
#define SYSLAT_CALL_EVIDENCE_SHIFT 34
#define SYSLAT_CALL_SAMPLING_SHIFT 37
#define SYSLAT_CALL_CLOCK_SHIFT 41
#define SYSLAT_CALL_ERROR_SHIFT 49
#define SYSLAT_CALL_OUTCOME_SHIFT 61
#define SYSLAT_CALL_REQUEST (1ULL << 63)

/* clang-format off */
static inline syslat_s32 syslat_call_number(syslat_u64 call) { return (syslat_s32)call; }
static inline syslat_u8 syslat_call_abi(syslat_u64 call) { return call >> SYSLAT_CALL_ABI_SHIFT & 3; }
static inline syslat_u8 syslat_call_evidence(syslat_u64 call) { return call >> SYSLAT_CALL_EVIDENCE_SHIFT & 7; }
static inline syslat_u8 syslat_call_sampling(syslat_u64 call) { return call >> SYSLAT_CALL_SAMPLING_SHIFT & 15; }
static inline syslat_u8 syslat_call_clock(syslat_u64 call) { return call >> SYSLAT_CALL_CLOCK_SHIFT & 255; }
static inline syslat_u16 syslat_call_error(syslat_u64 call) { return call >> SYSLAT_CALL_ERROR_SHIFT & SYSLAT_MAX_ERRNO; }
static inline syslat_u8 syslat_call_outcome(syslat_u64 call) { return call >> SYSLAT_CALL_OUTCOME_SHIFT & 3; }
static inline _Bool syslat_call_is_request(syslat_u64 call) { return call >> 63; }
static inline _Bool syslat_call_is_unmeasured(syslat_u64 call) { return syslat_call_sampling(call) == SYSLAT_UNMEASURED; }
/* clang-format on */

/*
 * The call index: ABI * 1024 + number, or ABI * 1024 + 1023 for all numbers outside 0 ... 1022. By it calls are found in `met`, in
 * `unmeasured` and in the consumer's series.
 */
#define SYSLAT_CALL_INDEXES (SYSLAT_ABI_COUNT * SYSLAT_ABI_INDEXES)

/* Whether a number has an index of its own. */
static inline _Bool syslat_has_call_index(syslat_u32 abi, syslat_u32 number)
{
    return abi < SYSLAT_ABI_COUNT && number < SYSLAT_INDEXED_NUMBERS;
}

static inline syslat_u32 syslat_call_index(syslat_u32 abi, syslat_u32 number)
{
    return abi * SYSLAT_ABI_INDEXES + (number < SYSLAT_INDEXED_NUMBERS ? number : SYSLAT_INDEXED_NUMBERS);
}

/* clang-format off */
static inline syslat_u8 syslat_call_index_abi(syslat_u32 index) { return index / SYSLAT_ABI_INDEXES; }
static inline syslat_s32 syslat_call_index_number(syslat_u32 index)
{
    return index % SYSLAT_ABI_INDEXES < SYSLAT_INDEXED_NUMBERS ? index % SYSLAT_ABI_INDEXES : (syslat_s32)SYSLAT_OTHER_NUMBER;
}
/* clang-format on */

/* The word of a call, with SYSLAT_OTHER_NUMBER in the place of a number that has no index of its own. */
static inline syslat_u64 syslat_pooled_call(syslat_u64 call)
{
    if (syslat_has_call_index(syslat_call_abi(call), syslat_call_number(call)))
        return call;
    return call >> 32 << 32 | SYSLAT_OTHER_NUMBER;
}

/* The completion of a call: outcome * 2 + failed. All are below this power of two. */
#define SYSLAT_COMPLETIONS 8

static inline syslat_u32 syslat_completion(syslat_u32 outcome, _Bool failed)
{
    return outcome * 2 + failed;
}

/* clang-format off */
static inline syslat_u8 syslat_completion_outcome(syslat_u32 completion) { return completion / 2; }
static inline _Bool syslat_completion_failed(syslat_u32 completion) { return completion & 1; }
/* clang-format on */

#endif
