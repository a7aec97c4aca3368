/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Slow calls. The exit of a measured call compares its duration with the threshold of its call index, and only what reaches the
 * threshold costs anything: its details go through a ring of their own. Where the slowest calls are wanted, the thresholds rise with
 * what has been kept, so details become rare by themselves.
 */
#ifndef SYSLAT_SLOW_BPF_H
#define SYSLAT_SLOW_BPF_H

#include "current.bpf.h"
#include "exit.bpf.h"
#include "scope.bpf.h"
#include "groups/files.bpf.h"
#include "lock.bpf.h"
#include "slow/files.bpf.h"
#include "slow/filter.bpf.h"
#include "slow/sleep.bpf.h"

/*
 * Whether an exit program keeps slow calls. A constant and not a field of the configuration, which the fast path would have to load at
 * every call. Where the events don't come with the context that the kernel takes stacks from, they are kept without stacks.
 */
enum keeping { KEEPS_NOTHING, KEEPS_CALLS, KEEPS_CALLS_WITHOUT_STACKS };

static __always_inline bool is_slow(__u64 call, __u64 duration_ns)
{
    __u64 index = syslat_call_index(syslat_call_abi(call), syslat_call_number(call));

    barrier_var(index); /* keeps the bound where the verifier sees it */
    return duration_ns >= slow_from[index & (SYSLAT_CALL_INDEXES - 1)];
}

/* The same where every call on a descriptor counts as slow, to be counted by file. */
static __always_inline bool is_kept(__u64 call, __u64 duration_ns)
{
    __u64 index = syslat_call_index(syslat_call_abi(call), syslat_call_number(call));

    barrier_var(index); /* keeps the bound where the verifier sees it */
    return config.keeps_calls && duration_ns >= kept_from[index & (SYSLAT_CALL_INDEXES - 1)];
}

static __always_inline __u64 *longest_at(__u32 index, __u32 place)
{
    __u32 key = index * (config.keeps_longest + 1) + place;

    return bpf_map_lookup_elem(&longest, &key);
}

/*
 * Replaces the shortest of the longest durations of a call index, the root of a heap, with a longer one. Returns the shortest of those
 * that are in the heap then; 0 as long as it isn't full.
 */
static __always_inline __u64 enter_longest(__u32 index, __u64 duration_ns)
{
    const __u32 most = config.keeps_longest;
    __u64 *root = longest_at(index, 1);
    __u64 *hole = root;
    __u32 child = 2;

    if (!root)
        return 0;
    /* The threshold has been set back beside a full heap: it rises again. */
    if (duration_ns <= *root)
        return *root;
#pragma unroll
    for (__u32 level = 1; level < SYSLAT_LONGEST_LEVELS; level++) {
        __u64 *shorter = longest_at(index, child);
        __u64 *right = longest_at(index, child + 1);

        if (child > most || !shorter)
            break;
        if (child < most && right && *right < *shorter) {
            shorter = right;
            child++;
        }
        if (duration_ns <= *shorter)
            break;
        *hole = *shorter;
        hole = shorter;
        child *= 2;
    }
    *hole = duration_ns;
    return *root;
}

/*
 * Notes the duration of a slow call, and raises the threshold. Where another program is doing the same, it stays: it may be too low
 * at any time, but never too high.
 */
__noinline int raise_threshold(__u32 index, __u64 duration_ns)
{
    __u32 *lock = (__u32 *)longest_at(index, 0);
    __u64 place = index;
    __u64 *threshold;
    __u64 shortest;

    if (!lock || !config.keeps_longest || !try_lock(lock))
        return 0;
    shortest = enter_longest(index, duration_ns);
    barrier_var(place);
    threshold = config.grouping == SYSLAT_BY_FILE ? &kept_from[place & (SYSLAT_CALL_INDEXES - 1)]
                                                  : &slow_from[place & (SYSLAT_CALL_INDEXES - 1)];
    if (shortest >= *threshold)
        *threshold = shortest + 1;
    unlock(lock);
    return 0;
}

/* The number of an argument in one of the four places, or SYSLAT_NO_ARGUMENT. */
static __always_inline __u32 argument_at(__u32 places, __u32 which)
{
    return places >> which * SYSLAT_ARGUMENT_BITS & SYSLAT_NO_ARGUMENT;
}

static __always_inline __u64 argument_of(const struct syslat_details *call, __u32 argument)
{
    __u64 place = argument;

    barrier_var(place);
    return place < 6 ? call->arguments[place] : 0;
}

/* Reads a path from the memory of the program. */
static __always_inline void read_path(struct syslat_details_draft *draft, struct syslat_call_path *path, __u32 argument)
{
    __u8 *room = room_for_component(draft, ~0U);
    long bytes;

    if (argument == SYSLAT_NO_ARGUMENT || !room)
        return;
    bytes = bpf_probe_read_user_str(room, SYSLAT_PATH, (const void *)argument_of(&draft->details, argument));
    if (bytes <= 0)
        return;
    path->bytes = bytes;
    path->argument = argument + 1;
    draft->used += bytes;
}

/* Reads the arguments, and what they stand for. */
static __noinline int read_arguments(struct syslat_details_draft *draft, struct pt_regs___syslat *registers)
{
    struct syslat_details *call;
    __u32 index, places;

    if (!draft)
        return 0;
    call = &draft->details;
    read_all_arguments(call->arguments, registers, syslat_call_abi(call->call));
    index = syslat_call_index(syslat_call_abi(call->call), syslat_call_number(call->call));
    barrier_var(index);
    places = config.argument_places[index & (SYSLAT_CALL_INDEXES - 1)];
    __builtin_memset(call->files, 0, sizeof(call->files));
    __builtin_memset(call->paths, 0, sizeof(call->paths));
    if (places & SYSLAT_EXECUTES_PROGRAM && !syslat_call_error(call->call)) {
        describe_file(0, argument_at(places, 2), OWN_PROGRAM);
        return 0;
    }
    read_path(draft, &call->paths[0], argument_at(places, 2));
    read_path(draft, &call->paths[1], argument_at(places, 3));
    if (argument_at(places, 0) != SYSLAT_NO_ARGUMENT)
        describe_file(0, argument_at(places, 0), (__u32)argument_of(call, argument_at(places, 0)));
    if (argument_at(places, 1) != SYSLAT_NO_ARGUMENT)
        describe_file(1, argument_at(places, 1), (__u32)argument_of(call, argument_at(places, 1)));
    return 0;
}

/* A call that has ended: no more than a global function can take. */
struct ended_call {
    struct pt_regs___syslat *registers;
    __s64 result;
    __u64 start_ns;
    __u64 duration_ns;
    __u64 call;
};

/*
 * Takes the stack of the program. Where the kernel finds the build id of a file it gives the place in that, which says more than an
 * address when the mapping is gone. Typed programs ask for the stack of a task, because classic ones among them have no context to ask with.
 */
static __always_inline void take_stack(struct syslat_details_draft *draft, const __u64 *context, const enum program_kind kind,
                                       const enum keeping keeping)
{
    const __u32 room = SYSLAT_STACK_FRAMES * sizeof(struct syslat_build_frame);
    const __u64 flags = BPF_F_USER_STACK | BPF_F_USER_BUILD_ID;
    long bytes = 0;

    if (keeping == KEEPS_CALLS && config.keeps_calls == SYSLAT_KEEPS_STACKS)
        bytes = kind == TYPED ? bpf_get_task_stack(bpf_get_current_task_btf(), draft->rest, room, flags)
                              : bpf_get_stack((void *)context, draft->rest, room, flags);
    draft->used = bytes > 0 ? bytes : 0;
    draft->details.frame_bytes = draft->used;
}

/* A function of its own: its variables need no room on the stack of its caller, which 6.1 counts to the last byte. */
static __noinline int take_stack_end(struct syslat_details_draft *draft, struct pt_regs___syslat *registers)
{
    if (!draft)
        return 0;
    draft->details.instruction = 0;
    if (draft->used && syslat_call_abi(draft->details.call) == NATIVE_ABI)
        read_stack_end(&draft->details, registers);
    return 0;
}

/* Sends a draft; false if the ring has no room. */
static __always_inline bool send_details(struct syslat_details_draft *draft)
{
    __u64 used = draft->used;

    barrier_var(used);
    if (used > sizeof(draft->rest))
        return false;
    return bpf_ringbuf_output(&details, &draft->details, sizeof(draft->details) + used, 0) == 0;
}

/* Puts the details of a call together, and sends them; false if there was no room. */
static __always_inline bool write_details(struct syslat_details_draft *draft, const struct ended_call *ended, const __u64 *context,
                                          const enum program_kind kind, const enum keeping keeping)
{
    __u64 pid_tgid = bpf_get_current_pid_tgid();

    draft->details.version = SYSLAT_ABI_VERSION;
    draft->details.start_ns = ended->start_ns;
    draft->details.duration_ns = ended->duration_ns;
    draft->details.call = ended->call;
    draft->details.result = ended->result;
    draft->details.tgid = pid_tgid >> 32;
    draft->details.tid = pid_tgid;
    read_process_name(draft->details.comm);
    bpf_get_current_comm(draft->details.thread, sizeof(draft->details.thread));
    describe_sleep(&draft->details);
    take_stack(draft, context, kind, keeping);
    take_stack_end(draft, ended->registers);
    read_arguments(draft, ended->registers);
    return send_details(draft);
}

/* Keeps a call that has ended. Without a context only typed programs take stacks. */
static __always_inline int keep_call(const struct ended_call *ended, const __u64 *context, const enum program_kind kind,
                                     const enum keeping keeping)
{
    struct syslat_details_draft *draft;
    bool is_sent = false;

    if (current_phase() == SYSLAT_CALIBRATING)
        return 0;
    /* A negative duration is the clock's fault, and no slow call. */
    if ((__s64)ended->duration_ns < 0)
        return 0;
    if (config.grouping == SYSLAT_BY_FILE) {
        count_by_file((__u64)ended->registers, ended->duration_ns, ended->call);
        if (!is_kept(ended->call, ended->duration_ns))
            return 0;
    }
    if (config.filters_calls && !fits_filter(ended->call))
        return 0;
    raise_threshold(syslat_call_index(syslat_call_abi(ended->call), syslat_call_number(ended->call)), ended->duration_ns);
    draft = own_draft();
    if (draft && try_lock(&draft->lock)) {
        is_sent = write_details(draft, ended, context, kind, keeping);
        unlock(&draft->lock);
    }
    if (!is_sent)
        add_on_cpu(&this_cpu()->counters.details_unkept, 1);
    return 0;
}

/* Functions of their own: few calls come here. Typed programs have several places that call this one, which is global for that. */
__noinline int keep_call_typed(__u64 registers, __s64 result, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    const struct ended_call ended = {(struct pt_regs___syslat *)registers, result, start_ns, duration_ns, call};

    return keep_call(&ended, 0, TYPED, KEEPS_CALLS);
}

/* The same for a context. The verifier knows its first word for a pointer, and passes only numbers to global functions. */
static __always_inline int keep_call_of(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    __u64 registers = 0;

    bpf_probe_read_kernel(&registers, sizeof(registers), context);
    return keep_call_typed(registers, context[1], start_ns, duration_ns, call);
}

static __noinline int keep_call_raw(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    const struct ended_call ended = {registers_of(context), context[1], start_ns, duration_ns, call};

    return keep_call(&ended, context, RAW, KEEPS_CALLS);
}

static __noinline int keep_call_without_stack(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    const struct ended_call ended = {registers_of(context), context[1], start_ns, duration_ns, call};

    return keep_call(&ended, context, RAW, KEEPS_CALLS_WITHOUT_STACKS);
}

/* Keeps a measured call of the general path if it was slow. */
static __always_inline void keep_if_slow(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call,
                                         const enum program_kind kind, const enum keeping keeping)
{
    if (keeping == KEEPS_NOTHING || likely(!config.keeps_calls && config.grouping != SYSLAT_BY_FILE) ||
        likely(!is_slow(call, duration_ns)))
        return;
    if (keeping == KEEPS_CALLS_WITHOUT_STACKS)
        keep_call_without_stack(context, start_ns, duration_ns, call);
    else if (kind == TYPED)
        keep_call_of(context, start_ns, duration_ns, call);
    else
        keep_call_raw(context, start_ns, duration_ns, call);
}

#endif
