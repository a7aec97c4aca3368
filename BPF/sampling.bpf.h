/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which calls are measured. The others are counted only, by what they came to: neither clock is read and no event is made. So
 * counts are exact whatever the sampling, and what the measured ones stand for is known.
 */
#ifndef SYSLAT_SAMPLING_BPF_H
#define SYSLAT_SAMPLING_BPF_H

#include "evidence.bpf.h"
#include "inflight.bpf.h"

/*
 * What is known of numbers, by ABI and number as in the selection: whether there has been such a call, and if so, whether it is
 * one for the plain programs. The first one is measured in any case, and stands for itself alone: so a call that happens once has
 * a latency, and the others stand for the rest without a bias.
 */
__u8 met[SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS] SEC(".bss.met");
enum met {
    MET = 1,
    MET_PLAIN = 2,
};

/*
 * Calls come in blocks of 2^shift, with one drawn by chance that is measured: so each call is measured with the same probability,
 * whatever the pattern in which its thread makes calls. A known thread has a block of its own, where its entry is at hand anyway;
 * here are those of the other calls, slot by slot. From the lowest bit:
 *
 *     13 left    calls of the block that are yet to come
 *     12 chosen  how many will be left when the one comes that is measured
 *      4 shift
 */
__u32 blocks[SYSLAT_MAX_SLOTS] SEC(".bss.blocks");
#define BLOCK_CHOSEN_SHIFT 13
#define BLOCK_SHIFT_SHIFT 25
#define BLOCK_LEFT_MASK ((1U << BLOCK_CHOSEN_SHIFT) - 1)
#define BLOCK_CHOSEN_MASK ((1U << (BLOCK_SHIFT_SHIFT - BLOCK_CHOSEN_SHIFT)) - 1)
_Static_assert(BLOCK_CHOSEN_MASK + 1 == 1 << SYSLAT_MAX_SAMPLING_SHIFT, "room for the longest block");

static __noinline __u32 new_block(__u32 shift)
{
    __u32 calls = 1U << shift;

    return calls | (bpf_get_prandom_u32() & (calls - 1)) << BLOCK_CHOSEN_SHIFT | shift << BLOCK_SHIFT_SHIFT;
}

/* What the word of a call says of its sampling, in its place: of a number that has been met, and the next one of a block. */
static __always_inline __u64 choose_next(__u32 *block)
{
    __u32 shift = *(volatile __u32 *)&control.sampling_shift;
    __u32 next = *block;

    if (shift == 0)
        return 0;
    /* The end of a block; or sampling has changed, which has nothing to do with what was drawn. */
    if (unlikely((next & BLOCK_LEFT_MASK) == 0 || next >> BLOCK_SHIFT_SHIFT != shift))
        next = new_block(shift);
    *block = --next;
    if (((next >> BLOCK_CHOSEN_SHIFT ^ next) & BLOCK_CHOSEN_MASK) != 0)
        return (__u64)SYSLAT_UNSAMPLED << SYSLAT_CALL_SAMPLING_SHIFT;
    return (__u64)shift << SYSLAT_CALL_SAMPLING_SHIFT;
}

/* The same of any number; the thread has its slot to itself. */
static __always_inline __u64 choose(__u32 tid, __u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __s32 number = syslat_call_number(call);
    __u32 place = abi * SYSLAT_SELECTABLE_NUMBERS + number;

    /* Numbers that no kernel has find no place where they could be counted. */
    if (abi >= SYSLAT_ABI_COUNT || (__u32)number >= SYSLAT_SELECTABLE_NUMBERS)
        return 0;
    barrier_var(place);
    if (met[place % sizeof(met)] != 0)
        return choose_next(&blocks[slot_place(tid)]);
    met[place % sizeof(met)] = abi == SYSLAT_NATIVE_ABI && vdso_row(number) == 0 ? MET_PLAIN : MET;
    return 0;
}

static __always_inline bool is_unsampled(__u64 call)
{
    return syslat_call_sampling(call) == SYSLAT_UNSAMPLED;
}

/* Counts a call that has completed and was not measured. Its word has its error and its outcome. */
static __always_inline void count_unsampled(__u64 call)
{
    __u32 place = syslat_call_abi(call) * SYSLAT_SELECTABLE_NUMBERS + syslat_call_number(call);
    struct syslat_unsampled *completed = bpf_map_lookup_elem(&unsampled, &place);
    __u32 completion = syslat_call_outcome(call) * 2 + (syslat_call_error(call) != 0);

    if (!completed)
        return; /* `choose` has seen to it that there is one */
    barrier_var(completion);
    add_on_cpu(&completed->calls[completion % SYSLAT_COMPLETIONS], 1);
}

#endif
