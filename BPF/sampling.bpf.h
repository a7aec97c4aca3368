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
 * What is known of numbers (control.met), by ABI and number as in the selection: whether there has been such a call, and if so,
 * whether it is one for the plain programs. The first one is measured in any case, and stands for itself alone: so a call that
 * happens once has a latency, and the others stand for the rest without a bias.
 */
enum met {
    MET = 1,
    MET_PLAIN = 2,
};

/*
 * Calls come in blocks of 2^shift, with one drawn by chance that is measured: so each call is measured with the same probability,
 * whatever the pattern in which its thread makes calls. A known thread has a block for its plain calls, which its slot counts; here
 * are those of the other calls, slot by slot.
 */
struct {
    __u32 calls; /* that these blocks have had */
    struct syslat_block block;
} blocks[SYSLAT_MAX_SLOTS] SEC(".bss.blocks");

static __noinline __u32 random_below(__u32 limit)
{
    return bpf_get_prandom_u32() & (limit - 1);
}

/* Draws the one of a block that begins with call number `first`. */
static __always_inline void begin_block(struct syslat_block *block, __u32 first)
{
    __u32 shift = *(volatile __u32 *)&control.sampling_shift;
    __u32 calls = 1U << shift;
    __u32 chosen = shift == 0 ? 0 : random_below(calls);

    block->next = first + chosen;
    block->rest = calls - 1 - chosen;
    block->shift = shift;
}

/* What the word of the call that was drawn says of its sampling, in its place. Goes on to the next block. */
static __always_inline __u64 take_chosen(struct syslat_block *block)
{
    __u64 shift = block->shift;

    begin_block(block, block->next + 1 + block->rest);
    return shift << SYSLAT_CALL_SAMPLING_SHIFT;
}

/* What the word of any call says of its sampling. The thread has its slot to itself. */
static __always_inline __u64 choose(__u32 tid, __u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __s32 number = syslat_call_number(call);
    __u32 place = abi * SYSLAT_SELECTABLE_NUMBERS + number;
    __u64 slot = slot_place(tid);

    /* Numbers that no kernel has find no place where they could be counted. */
    if (abi >= SYSLAT_ABI_COUNT || (__u32)number >= SYSLAT_SELECTABLE_NUMBERS)
        return 0;
    barrier_var(place);
    if (control.met[place % sizeof(control.met)] == 0) {
        control.met[place % sizeof(control.met)] = abi == SYSLAT_NATIVE_ABI && vdso_row(number) == 0 ? MET_PLAIN : MET;
        return 0;
    }
    /* What was drawn has nothing to do with another sampling. */
    if (unlikely(blocks[slot].block.shift != *(volatile __u32 *)&control.sampling_shift))
        begin_block(&blocks[slot].block, blocks[slot].calls);
    if (blocks[slot].calls++ == blocks[slot].block.next)
        return take_chosen(&blocks[slot].block);
    return (__u64)SYSLAT_UNMEASURED << SYSLAT_CALL_SAMPLING_SHIFT;
}

static __always_inline bool is_unmeasured(__u64 call)
{
    return syslat_call_sampling(call) == SYSLAT_UNMEASURED;
}

/* Counts a call of ABI and number `place` that has completed and was not measured. `alone`: no program preempts this one. */
static __always_inline void count_unmeasured(__u32 place, bool failed, __u64 outcome, const bool alone)
{
    struct syslat_unmeasured *completed = bpf_map_lookup_elem(&unmeasured, &place);
    __u32 completion = outcome * 2 + failed;

    if (!completed)
        return; /* `choose` has seen to it that there is one */
    barrier_var(completion);
    if (alone)
        completed->calls[completion % SYSLAT_COMPLETIONS]++;
    else
        add_on_cpu(&completed->calls[completion % SYSLAT_COMPLETIONS], 1);
}

#endif
