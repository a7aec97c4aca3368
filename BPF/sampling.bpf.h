/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which calls are measured. The others are only counted, by call index and completion: no clock is read and no event is made. So
 * counts are exact whatever the sampling, and it is known how many calls each measured one stands for.
 */
#ifndef SYSLAT_SAMPLING_BPF_H
#define SYSLAT_SAMPLING_BPF_H

#include "inflight.bpf.h"
#include "vdso/evidence.bpf.h"

/*
 * What control.met says of a call index: 0 until there has been such a call, then whether it may take the fast path. The first call
 * is measured in any case and stands for itself alone. So a call that happens once has a latency, and the later ones stand for
 * each other without a bias.
 */
enum met {
    MET = 1,
    MET_FAST = 2,
};

/*
 * Calls come in blocks of 2^shift, and one of each block is drawn and measured: every call is measured with the same probability,
 * whatever the pattern in which its thread makes calls. A known thread has a block for its calls on the fast path, which its slot
 * counts. These are the blocks of the other calls, one for each slot.
 */
struct {
    __u32 calls; /* that this slot has had */
    struct syslat_block block;
} blocks[SYSLAT_MAX_SLOTS] SEC(".bss.blocks");

static __noinline __u32 random_below(__u32 limit)
{
    return bpf_get_prandom_u32() & (limit - 1);
}

/* Whether some calls are unmeasured now. */
static __always_inline bool is_sampling(void)
{
    return *(volatile __u32 *)&control.sampling_shift != 0;
}

/* Begins a block with call number `first`, and draws one of its calls. */
static __always_inline void begin_block(struct syslat_block *block, __u32 first)
{
    __u32 shift = *(volatile __u32 *)&control.sampling_shift;
    __u32 calls = 1U << shift;
    __u32 drawn = shift == 0 ? 0 : random_below(calls);

    block->next = first + drawn;
    block->rest = calls - 1 - drawn;
    block->shift = shift;
}

/* The sampling of the call that was drawn, as bits of the call word. Begins the next block. */
static __always_inline __u64 take_drawn(struct syslat_block *block)
{
    __u64 shift = block->shift;

    begin_block(block, block->next + 1 + block->rest);
    return shift << SYSLAT_CALL_SAMPLING_SHIFT;
}

/* The sampling of any call, as bits of the call word. The thread must be the owner of its slot. */
static __always_inline __u64 choose(__u32 tid, __u64 call)
{
    __u32 abi = syslat_call_abi(call);
    __s32 number = syslat_call_number(call);
    __u32 index = syslat_call_index(abi, number);
    __u64 slot = slot_place(tid);

    barrier_var(index);
    if (control.met[index % SYSLAT_CALL_INDEXES] == 0) {
        control.met[index % SYSLAT_CALL_INDEXES] = abi == NATIVE_ABI && special_about(number) == 0 ? MET_FAST : MET;
        return 0;
    }
    /* The sampling has changed: what was drawn for the old one doesn't count. */
    if (unlikely(blocks[slot].block.shift != *(volatile __u32 *)&control.sampling_shift))
        begin_block(&blocks[slot].block, blocks[slot].calls);
    if (blocks[slot].calls++ == blocks[slot].block.next)
        return take_drawn(&blocks[slot].block);
    return (__u64)SYSLAT_UNMEASURED << SYSLAT_CALL_SAMPLING_SHIFT;
}

/* Where this CPU counts the unmeasured calls of a call index. Null where no calls are sampled. */
static __always_inline struct syslat_unmeasured *unmeasured_of(__u32 index)
{
    return bpf_map_lookup_elem(&unmeasured, &index);
}

/* The completion of an unmeasured call, with a bound that the verifier sees. */
static __always_inline __u32 bounded_completion(__u64 outcome, bool failed)
{
    __u32 completion = syslat_completion(outcome, failed);

    barrier_var(completion);
    return completion % SYSLAT_COMPLETIONS;
}

#endif
