/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Locks among programs. */
#ifndef SYSLAT_LOCK_BPF_H
#define SYSLAT_LOCK_BPF_H

#include "order.bpf.h"

/*
 * Takes a lock that is never waited for; false if another program has it. Kernels before 5.12 have no compare-and-exchange. Of two programs
 * that ask at once both may be refused, but two never have it: for that the order among accesses to the lock itself is enough. Without
 * ORDERED_ATOMICS what a lock guards may be stale, which costs no more than a call among the longest.
 */
static __always_inline bool try_lock(__u32 *lock)
{
    add_in_order(lock, 1);
    if (*(volatile __u32 *)lock == 1)
        return true;
    add_in_order(lock, -1);
    return false;
}

static __always_inline void unlock(__u32 *lock)
{
    add_in_order(lock, -1);
}

#endif
