/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Configuration, shared memory and maps. Sizes marked "set by user space" are placeholders. */
#ifndef SYSLAT_MAPS_BPF_H
#define SYSLAT_MAPS_BPF_H

#include "kernel_types.bpf.h"
#include "syslat_abi.h"

const volatile struct syslat_config config SEC(".rodata.config");
struct syslat_control control SEC(".data.control");

/* The ring: full batches, single calls and process exits on their way to the consumer. Size set by user space. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20);
} events SEC(".maps");

/*
 * Global variables, not maps of their own: their addresses are in the program, so nothing has to be looked up. That saves some 2 ns
 * each time.
 */

/* Slots by the low bits of the thread id. */
struct syslat_slot slots[SYSLAT_MAX_SLOTS] SEC(".bss.slots");

/* Known threads, with their slots. */
struct syslat_known_thread known_threads[SYSLAT_KNOWN_THREADS] SEC(".bss.threads") __attribute__((aligned(64)));

/* CPU shares. */
struct syslat_cpu cpus[SYSLAT_CPU_SHARES] SEC(".bss.cpus") __attribute__((aligned(64)));

/* The watch list: a byte for each process id, 1 if it is watched. */
__u8 watch[SYSLAT_PID_LIMIT] SEC(".bss.watch");

/* The spill table: calls of threads whose slot another thread is using. */
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

/* Overflow histograms: where calls are counted while the ring is full. Preallocated: a probe must not allocate. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_OVERFLOW_SERIES);
    __type(key, struct syslat_overflow_key);
    __type(value, struct syslat_overflow);
} overflow SEC(".maps");

/* Their extremes. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, SYSLAT_OVERFLOW_SERIES);
    __type(key, struct syslat_overflow_key);
    __type(value, struct syslat_overflow_extremes);
} extremes SEC(".maps");

/* Unmeasured calls, by call index. Entries set by user space: one, if all calls are measured. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SYSLAT_CALL_INDEXES);
    __type(key, __u32);
    __type(value, struct syslat_unmeasured);
} unmeasured SEC(".maps");

/* What a new overflow histogram starts from: too large for the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_overflow);
} empty_overflow SEC(".maps");

/* Refused calls, with how many there were. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_REFUSED_KINDS);
    __type(key, struct syslat_refused_key);
    __type(value, __u64);
} refused SEC(".maps");

/* Requests to io_uring that have not completed, by the address of struct io_kiocb. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_REQUESTS);
    __type(key, __u64);
    __type(value, struct syslat_request);
} requests SEC(".maps");

/* What stands before the calls of living processes: flags of enum syslat_before_entry, by process id. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_GUARDED_PROCESSES);
    __type(key, __u32);
    __type(value, __u32);
} before_entry SEC(".maps");

/* Code that bypasses the vDSO, and processes that use the vsyscall page. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_CALLERS);
    __type(key, struct syslat_caller_key);
    __type(value, struct syslat_caller);
} callers SEC(".maps");

/* vDSO ticks. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SYSLAT_TICKED_FUNCTIONS);
    __type(key, struct syslat_tick_key);
    __type(value, struct syslat_ticks);
} ticks SEC(".maps");

/* The thresholds, by call index: from how many nanoseconds on a call is slow. Only what is kept raises them. */
__u64 slow_from[SYSLAT_CALL_INDEXES] SEC(".bss.slowfrom");

/*
 * The longest durations of each call index: a lock, then a heap whose root is the shortest of them, unused places being 0. The children of
 * place n are 2n and 2n + 1. Entries set by user space: one, if none are kept.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} longest SEC(".maps");

/* Where each CPU puts details together. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_details_draft);
} drafts SEC(".maps");

/* The ring of details. Size set by user space. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 << 10);
} details SEC(".maps");

/* Where calls sleep. Entries of these maps set by user space: one, unless it is noted. The first one is by slot. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_sleep);
} sleeps SEC(".maps");

/* Stacks of the kernel and of programs: one that is there never changes. */
struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __uint(max_entries, 1);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, SYSLAT_SLEEP_FRAMES * sizeof(__u64));
} sleep_stacks SEC(".maps");

/* The thresholds where calls are grouped by file: every call on a descriptor counts as slow then, to be counted by file. */
__u64 kept_from[SYSLAT_CALL_INDEXES] SEC(".bss.keptfrom");

/*
 * Calls by file, in two maps of which the programs use one at a time. Setting which one waits for the programs that use the other, so
 * nothing is counted there any more. Entries of all maps for files set by user space: one, unless calls are grouped by file.
 */
struct file_calls_map {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct syslat_file_key);
    __type(value, struct syslat_file_calls);
} file_calls_0 SEC(".maps"), file_calls_1 SEC(".maps");

/* The one that they use. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct file_calls_map);
} file_calls SEC(".maps") = {.values = {&file_calls_0}};

/* Calls on files for which that one has no room, by call index. User space makes the entries. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_file_calls);
} other_file_calls SEC(".maps");

/* What files are called. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, struct syslat_file_key);
    __type(value, struct syslat_file_name);
} file_names SEC(".maps");

/* What new calls by file start from: too large for the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct syslat_file_calls);
} no_file_calls SEC(".maps");

/* Adds to memory of this CPU share. It takes an atomic only where several programs may use the share at once. */
static __always_inline void add_on_cpu(__u64 *counter, __u64 amount)
{
    if (unlikely(config.concurrent))
        __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
    else
        *counter += amount;
}

static __always_inline struct syslat_cpu *this_cpu(void)
{
    /* The second mask changes nothing; it tells the verifier the bound. */
    return &cpus[(__u64)bpf_get_smp_processor_id() & config.cpu_mask & (SYSLAT_CPU_SHARES - 1)];
}

#endif
