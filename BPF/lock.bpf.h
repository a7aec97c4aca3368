/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Locks among programs. */
#ifndef SYSLAT_LOCK_BPF_H
#define SYSLAT_LOCK_BPF_H

#include "kernel_types.bpf.h"

/*
 * Takes a lock that is never waited for; false if another program has it. Kernels before 5.12 have no compare-and-exchange. Of two programs
 * that ask at once both may be refused, but two never have it. Relaxed, because anything stronger is an instruction that came with 5.12: the
 * order among accesses to the lock itself is enough to exclude, and what a lock guards is never worse than stale.
 */
static __always_inline bool try_lock(__u32 *lock)
{
    __atomic_fetch_add(lock, 1, __ATOMIC_RELAXED);
    barrier();
    if (*(volatile __u32 *)lock == 1)
        return true;
    __atomic_fetch_add(lock, -1, __ATOMIC_RELAXED);
    return false;
}

static __always_inline void unlock(__u32 *lock)
{
    barrier();
    __atomic_fetch_add(lock, -1, __ATOMIC_RELAXED);
}

#endif
