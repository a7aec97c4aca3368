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
#include "slow/files.bpf.h"

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

/* Enters a duration among the longest. Returns the shortest of those that count. */
static __always_inline __u64 enter_longest(struct syslat_longest *longest, __u64 duration_ns)
{
    __u64 rest = duration_ns;
    __u64 shortest = 0;

    for (__u32 i = 0; i < SYSLAT_LONGEST; i++) {
        __u64 other = longest->durations_ns[i];

        if (i >= config.keeps_longest)
            break;
        shortest = rest > other ? rest : other;
        rest = rest > other ? other : rest;
        longest->durations_ns[i] = shortest;
    }
    return shortest;
}

/*
 * Notes the duration of a slow call, and raises the threshold. Where another program is doing the same, it stays: it may be too low
 * at any time, but never too high. Raw programs can't tell, since compare-and-exchange came with 5.12. What two of them write at once are
 * durations of calls that there were, so the threshold is too low at worst then as well.
 */
static __always_inline void raise_threshold(__u32 index, __u64 duration_ns, const enum program_kind kind)
{
    struct syslat_longest *found = bpf_map_lookup_elem(&longest, &index);
    __u64 place = index;
    __u64 shortest;

    if (!found || !config.keeps_longest)
        return;
    if (kind == TYPED && __sync_val_compare_and_swap(&found->busy, 0, 1) != 0)
        return;
    shortest = enter_longest(found, duration_ns);
    barrier_var(place);
    if (shortest >= slow_from[place & (SYSLAT_CALL_INDEXES - 1)])
        slow_from[place & (SYSLAT_CALL_INDEXES - 1)] = shortest + 1;
    barrier();
    if (kind == TYPED)
        *(volatile __u32 *)&found->busy = 0;
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
static __always_inline void read_path(struct syslat_call_path *path, const struct syslat_details *call, __u32 argument)
{
    long bytes;

    path->argument = 0;
    if (argument == SYSLAT_NO_ARGUMENT)
        return;
    bytes = bpf_probe_read_user_str(path->text, sizeof(path->text), (const void *)argument_of(call, argument));
    if (bytes <= 0)
        return;
    path->bytes = bytes;
    path->argument = argument + 1;
}

static __always_inline void clear_file(struct syslat_call_file *file)
{
    __builtin_memset(file, 0, __builtin_offsetof(struct syslat_call_file, name));
}

/* Reads the arguments, and what they stand for. */
static __noinline int read_arguments(struct syslat_details *call, struct pt_regs___syslat *registers)
{
    __u32 index, places;

    if (!call)
        return 0;
    read_all_arguments(call->arguments, registers, syslat_call_abi(call->call));
    clear_file(&call->files[0]);
    clear_file(&call->files[1]);
    index = syslat_call_index(syslat_call_abi(call->call), syslat_call_number(call->call));
    barrier_var(index);
    places = config.argument_places[index & (SYSLAT_CALL_INDEXES - 1)];
    if (argument_at(places, 0) != SYSLAT_NO_ARGUMENT)
        describe_file(&call->files[0], argument_at(places, 0), argument_of(call, argument_at(places, 0)));
    if (argument_at(places, 1) != SYSLAT_NO_ARGUMENT)
        describe_file(&call->files[1], argument_at(places, 1), argument_of(call, argument_at(places, 1)));
    read_path(&call->paths[0], call, argument_at(places, 2));
    read_path(&call->paths[1], call, argument_at(places, 3));
    return 0;
}

/*
 * Takes the stack of the program twice: addresses, which tell mappings, and build ids, which tell files when the mappings are gone.
 * Typed programs ask for the stack of a task, because classic ones among them have no context to ask with.
 */
static __always_inline void take_stack(struct syslat_details *call, const __u64 *context, const enum program_kind kind,
                                       const enum keeping keeping)
{
    call->address_bytes = 0;
    call->frame_bytes = 0;
    if (keeping != KEEPS_CALLS || config.keeps_calls != SYSLAT_KEEPS_STACKS)
        return;
    if (kind == TYPED) {
        struct task_struct *task = bpf_get_current_task_btf();

        call->address_bytes = bpf_get_task_stack(task, call->addresses, sizeof(call->addresses), BPF_F_USER_STACK);
        call->frame_bytes = bpf_get_task_stack(task, call->frames, sizeof(call->frames), BPF_F_USER_STACK | BPF_F_USER_BUILD_ID);
    } else {
        call->address_bytes = bpf_get_stack((void *)context, call->addresses, sizeof(call->addresses), BPF_F_USER_STACK);
        call->frame_bytes =
            bpf_get_stack((void *)context, call->frames, sizeof(call->frames), BPF_F_USER_STACK | BPF_F_USER_BUILD_ID);
    }
}

/* Keeps a call that has ended. */
static __always_inline int keep_call(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call,
                                     const enum program_kind kind, const enum keeping keeping)
{
    struct syslat_details *kept;
    __u64 pid_tgid;

    if (current_phase() == SYSLAT_CALIBRATING)
        return 0;
    /* A negative duration is the clock's fault, and no slow call. */
    if ((__s64)duration_ns < 0)
        return 0;
    raise_threshold(syslat_call_index(syslat_call_abi(call), syslat_call_number(call)), duration_ns, kind);
    kept = bpf_ringbuf_reserve(&details, sizeof(*kept), 0);
    if (!kept) {
        add_on_cpu(&this_cpu()->counters.details_unkept, 1);
        return 0;
    }
    pid_tgid = bpf_get_current_pid_tgid();
    kept->version = SYSLAT_ABI_VERSION;
    kept->start_ns = start_ns;
    kept->duration_ns = duration_ns;
    kept->call = call;
    kept->result = context[1];
    kept->tgid = pid_tgid >> 32;
    kept->tid = pid_tgid;
    read_process_name(kept->comm);
    bpf_get_current_comm(kept->thread, sizeof(kept->thread));
    read_arguments(kept, registers_of(context));
    take_stack(kept, context, kind, keeping);
    bpf_ringbuf_submit(kept, 0);
    return 0;
}

/* Functions of their own: few calls come here. */
static __noinline int keep_call_typed(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    return keep_call(context, start_ns, duration_ns, call, TYPED, KEEPS_CALLS);
}

static __noinline int keep_call_raw(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    return keep_call(context, start_ns, duration_ns, call, RAW, KEEPS_CALLS);
}

static __noinline int keep_call_without_stack(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call)
{
    return keep_call(context, start_ns, duration_ns, call, RAW, KEEPS_CALLS_WITHOUT_STACKS);
}

/* Keeps a measured call of the general path if it was slow. */
static __always_inline void keep_if_slow(const __u64 *context, __u64 start_ns, __u64 duration_ns, __u64 call,
                                         const enum program_kind kind, const enum keeping keeping)
{
    if (keeping == KEEPS_NOTHING || likely(!config.keeps_calls) || likely(!is_slow(call, duration_ns)))
        return;
    if (keeping == KEEPS_CALLS_WITHOUT_STACKS)
        keep_call_without_stack(context, start_ns, duration_ns, call);
    else if (kind == TYPED)
        keep_call_typed(context, start_ns, duration_ns, call);
    else
        keep_call_raw(context, start_ns, duration_ns, call);
}

#endif
