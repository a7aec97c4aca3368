/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which calls are measured. The others are counted only, by what they came to: neither clock is read and no event is made. So
 * counts are exact whatever the sampling, and what the measured ones stand for is known.
 */
#ifndef SYSLAT_SAMPLING_BPF_H
#define SYSLAT_SAMPLING_BPF_H

#include "maps.bpf.h"

#define SYSLAT_NUMBER_BITS (SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS)

/*
 * Whether this CPU meets a call of that number for the first time. It is measured in any case, and stands for itself alone: so a
 * call that happens once has a latency, and the others stand for the rest without a bias.
 */
static __always_inline bool is_first(struct syslat_cpu *cpu, __u32 place)
{
    __u64 bit = 1ULL << (place % 64);
    __u64 *word = &cpu->met[place / 64 % (SYSLAT_NUMBER_BITS / 64)];

    if (*word & bit)
        return false;
    *word |= bit;
    return true;
}

/*
 * A new random number. The upper bits of this generator (D. Knuth's constants for MMIX) show no pattern in which the calls of a
 * program could be caught, as every 16th call would: each call is chosen by itself. No helper call: that would cost 10 ns.
 */
static __always_inline __u64 next_random(struct syslat_cpu *cpu)
{
    __u64 random = cpu->random;

    if (random == 0)
        random = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32(); /* each CPU has its own */
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    cpu->random = random;
    return random;
}

/* What a call's word says of its sampling, in its place: how many it stands for, or that it is passed over. */
static __always_inline __u64 choose(__u64 call)
{
    struct syslat_cpu *cpu = this_cpu();
    __u64 shift = *(volatile __u32 *)&control.sampling_shift;
    __u32 abi = syslat_call_abi(call);
    __s32 number = syslat_call_number(call);
    __u32 place = abi * SYSLAT_SELECTABLE_NUMBERS + number;

    /* Numbers that no kernel has find no place where they could be counted. */
    if (shift == 0 || abi >= SYSLAT_ABI_COUNT || (__u32)number >= SYSLAT_SELECTABLE_NUMBERS)
        return 0;
    barrier_var(place);
    if (is_first(cpu, place))
        return 0;
    if (shift > SYSLAT_MAX_SAMPLING_SHIFT)
        shift = SYSLAT_MAX_SAMPLING_SHIFT;
    if (next_random(cpu) >> (64 - shift) != 0)
        shift = SYSLAT_UNSAMPLED;
    return shift << SYSLAT_CALL_SAMPLING_SHIFT;
}

static __always_inline bool is_unsampled(__u64 call)
{
    return config.sampling && syslat_call_sampling(call) == SYSLAT_UNSAMPLED;
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
