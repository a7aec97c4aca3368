/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Configuration, shared memory and maps. Sizes marked "set by user space" are placeholders. */
#ifndef SYSLAT_MAPS_BPF_H
#define SYSLAT_MAPS_BPF_H

#include "kernel_types.bpf.h"
#include "syslat_abi.h"

const volatile struct syslat_config config SEC(".rodata.config");
struct syslat_control control SEC(".data.control");

/* Full batches and process exits on their way to the consumer. Size set by user space. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20);
} events SEC(".maps");

/*
 * Global variables, not maps: the address is in the program, and nothing has to be looked up. On the way of every call that saves
 * some 2 ns each time.
 */

/* Calls that have not returned, by the low bits of the thread id. */
struct syslat_slot slots[SYSLAT_MAX_SLOTS] SEC(".bss.slots");

/* Threads that are told by where their registers lie, with their calls that have not returned. */
struct syslat_known_thread known_threads[SYSLAT_KNOWN_THREADS] SEC(".bss.threads") __attribute__((aligned(64)));

/* Counters and the batch being filled. */
struct syslat_cpu cpus[SYSLAT_CPU_SHARES] SEC(".bss.cpus") __attribute__((aligned(64)));

/* One byte for each process id: is it watched? */
__u8 watch[SYSLAT_PID_LIMIT] SEC(".bss.watch");

/* Calls of threads whose slot another thread is using. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_SPILL_ENTRIES);
    __type(key, __u32);
    __type(value, struct syslat_slot);
} spill SEC(".maps");

/* The cgroup that is watched. */
struct {
    __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} cgroup SEC(".maps");

/* Where calls are counted while the ring is full. Preallocated: nothing is allocated inside a probe. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_OVERFLOW_SERIES);
    __type(key, struct syslat_overflow_key);
    __type(value, struct syslat_overflow);
} overflow SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, SYSLAT_OVERFLOW_SERIES);
    __type(key, struct syslat_overflow_key);
    __type(value, struct syslat_overflow_extremes);
} extremes SEC(".maps");

/* Calls that sampling passed over, by ABI and number as in the selection. Entries set by user space: one, if all are measured. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, (SYSLAT_ABI_COUNT * SYSLAT_SELECTABLE_NUMBERS));
    __type(key, __u32);
    __type(value, struct syslat_unmeasured);
} unmeasured SEC(".maps");

/* What a new overflow series starts from: too large for the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_overflow);
} empty_overflow SEC(".maps");

/* Who bypasses the vDSO or uses the vsyscall page. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_CALLERS);
    __type(key, struct syslat_caller_key);
    __type(value, struct syslat_caller);
} callers SEC(".maps");

/* Samples inside the vDSO. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_SAMPLED_FUNCTIONS);
    __type(key, struct syslat_sample_key);
    __type(value, struct syslat_samples);
} samples SEC(".maps");

/* Adds to memory that only this CPU writes, and one program at a time; where that is not so it takes an atomic. */
static __always_inline void add_on_cpu(__u64 *counter, __u64 amount)
{
    if (unlikely(config.concurrent))
        __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
    else
        *counter += amount;
}

static __always_inline struct syslat_cpu *this_cpu(void)
{
    /* The second mask changes nothing: it is for the verifier. */
    return &cpus[(__u64)bpf_get_smp_processor_id() & config.cpu_mask & (SYSLAT_CPU_SHARES - 1)];
}

#endif
