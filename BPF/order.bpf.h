/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The order in which other CPUs see what a program writes (Documentation/decisions/0025-memory-order.md). On x86 stores are seen in their
 * order, and every atomic instruction is a full barrier: a compiler barrier is enough. On arm64 an atomic instruction is one only if it
 * fetches, which came with Linux 5.12; so typed programs have ordered atomics there, and raw ones have none.
 */
#ifndef SYSLAT_ORDER_BPF_H
#define SYSLAT_ORDER_BPF_H

#include "kernel_types.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define ORDERED_ATOMICS 1
#else
#define ORDERED_ATOMICS (PROGRAM_KIND == TYPED)
#endif

/* Adds to a word, in order with all accesses before and after. Without ORDERED_ATOMICS only in order with those of the same word. */
static __always_inline void add_in_order(__u32 *word, __s32 amount)
{
#if !defined(__TARGET_ARCH_x86)
    if (ORDERED_ATOMICS) {
        __u32 before = __sync_fetch_and_add(word, amount);

        barrier_var(before); /* or the compiler takes an instruction that doesn't fetch */
        return;
    }
#endif
    barrier();
    __atomic_fetch_add(word, amount, __ATOMIC_RELAXED);
    barrier();
}

/* Loads a word before all accesses after it. For typed programs, and rare: it makes the cache line this CPU's own. */
static __always_inline __u32 load_in_order(__u32 *word)
{
#if defined(__TARGET_ARCH_x86)
    __u32 value = *(volatile __u32 *)word;

    barrier();
    return value;
#else
    return __sync_fetch_and_add(word, 0);
#endif
}

/* Stores a word after all accesses before it. For typed programs. */
static __always_inline void store_in_order(__u64 *word, __u64 value)
{
#if defined(__TARGET_ARCH_x86)
    barrier();
    *(volatile __u64 *)word = value;
#else
    __u64 before = __sync_lock_test_and_set(word, value);

    barrier_var(before);
#endif
}

#endif
