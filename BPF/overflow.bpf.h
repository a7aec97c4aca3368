/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Overflow histograms count calls in the kernel while the ring is full: coarser than the consumer's, but no call is lost. */
#ifndef SYSLAT_OVERFLOW_BPF_H
#define SYSLAT_OVERFLOW_BPF_H

#include "maps.bpf.h"

/* floor(log2(value)), value > 0. Every power of two times this de Bruijn number has other bits in its top six. */
#define DE_BRUIJN 0x03f79d71b4cb0a89ULL
/* clang-format off */
static const __u8 log2_of_top_bits[64] = {
     0,  1, 48,  2, 57, 49, 28,  3, 61, 58, 50, 42, 38, 29, 17,  4,
    62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12,  5,
    63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
    46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19,  9, 13,  8,  7,  6,
};
/* clang-format on */

static __always_inline __u32 log2_u64(__u64 value)
{
    value |= value >> 1;
    value |= value >> 2;
    value |= value >> 4;
    value |= value >> 8;
    value |= value >> 16;
    value |= value >> 32;
    value ^= value >> 1; /* the highest bit alone */
    return log2_of_top_bits[(value * DE_BRUIJN) >> 58];
}

/* The consumer's bucket formula (BucketScheme.swift) with fewer sub-bucket bits. */
static __always_inline __u32 overflow_bucket(__u64 value)
{
    __u32 shift = log2_u64(value | ((2 << SYSLAT_OVERFLOW_SUB_BITS) - 1)) - SYSLAT_OVERFLOW_SUB_BITS;

    return (shift << SYSLAT_OVERFLOW_SUB_BITS) + (__u32)(value >> shift);
}

static __always_inline void note_extremes(const struct syslat_overflow_key *key, __u64 duration_ns)
{
    struct syslat_overflow_extremes none = {};
    struct syslat_overflow_extremes *found = bpf_map_lookup_elem(&extremes, key);

    if (!found) {
        bpf_map_update_elem(&extremes, key, &none, BPF_NOEXIST);
        found = bpf_map_lookup_elem(&extremes, key);
        if (!found)
            return; /* does not happen: `overflow` has the same size and has just taken the key */
    }
    if (found->min_ns_plus_1 == 0 || found->min_ns_plus_1 > duration_ns + 1)
        found->min_ns_plus_1 = duration_ns + 1;
    if (found->max_ns_plus_1 < duration_ns + 1)
        found->max_ns_plus_1 = duration_ns + 1;
}

static __always_inline void add_to_overflow(struct syslat_overflow *series, __u64 duration_ns)
{
    __u32 bucket = overflow_bucket(duration_ns);

    __atomic_fetch_add(&series->count, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&series->sum_ns, duration_ns, __ATOMIC_RELAXED);
    if (bucket < SYSLAT_OVERFLOW_BUCKETS)
        __atomic_fetch_add(&series->buckets[bucket], 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(&series->above_range, 1, __ATOMIC_RELAXED);
}

/* Counts a duration for which the ring has no room; 0 if there is no histogram for it either. */
static __noinline int overflow_duration(__u64 duration_ns, __u64 call)
{
    /* A program can make calls of any number, and must not use up the histograms with them. */
    struct syslat_overflow_key key = {.call = syslat_pooled_call(call)};
    struct syslat_overflow *series = bpf_map_lookup_elem(&overflow, &key);

    if (!series) {
        __u32 zero = 0;
        struct syslat_overflow *empty = bpf_map_lookup_elem(&empty_overflow, &zero);

        if (empty)
            bpf_map_update_elem(&overflow, &key, empty, BPF_NOEXIST);
        series = bpf_map_lookup_elem(&overflow, &key);
        if (!series)
            return 0;
    }
    add_to_overflow(series, duration_ns);
    note_extremes(&key, duration_ns);
    return 1;
}

/* Counts a call for which the ring has no room. A function of its own, since it is rarely needed. */
static __noinline int overflow_call(struct syslat_cpu *cpu, __u64 duration_ns, __u64 call)
{
    if (overflow_duration(duration_ns, call))
        add_on_cpu(&cpu->counters.overflowed, 1);
    else if (syslat_call_is_request(call))
        add_on_cpu(&cpu->counters.requests_overflow_full, 1);
    else
        add_on_cpu(&cpu->counters.overflow_full, 1);
    return 0;
}

#endif
