/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events gather in the batch of their CPU share; a full batch is one record in the ring.
 *
 * One program at a time may use a batch. Another one can come in between: the flush program, in an interrupt during an append, or,
 * where config.concurrent says so, another thread's program. Each adds itself to `users`. The one that makes it 1 owns the batch
 * until it leaves, and the others keep away from the batch. That takes atomics which order what is done in between: without them no
 * program uses a batch.
 */
#ifndef SYSLAT_BATCH_BPF_H
#define SYSLAT_BATCH_BPF_H

#include "maps.bpf.h"
#include "order.bpf.h"
#include "overflow.bpf.h"

/* Enough where only the flush program can come in between: it checks has_interrupted_user() first. */
static __always_inline void hold_batch(struct syslat_cpu *cpu)
{
    *(volatile __u32 *)&cpu->users = 1;
    barrier();
}

static __always_inline void release_batch(struct syslat_cpu *cpu)
{
    barrier();
    *(volatile __u32 *)&cpu->users = 0;
}

static __always_inline bool enter_batch(struct syslat_cpu *cpu)
{
    if (!config.concurrent) {
        hold_batch(cpu);
        return true;
    }
    add_in_order(&cpu->users, 1);
    return ORDERED_ATOMICS && *(volatile __u32 *)&cpu->users == 1;
}

/* For the flush program: has it interrupted a program that holds the batch by hold_batch()? */
static __always_inline bool has_interrupted_user(struct syslat_cpu *cpu)
{
    return !config.concurrent && *(volatile __u32 *)&cpu->users != 0;
}

static __always_inline void leave_batch(struct syslat_cpu *cpu)
{
    if (config.concurrent)
        add_in_order(&cpu->users, -1);
    else
        release_batch(cpu);
}

/* A wake-up for each record would cost more than all the rest. The consumer looks by itself, and is woken only when it is late. */
static __always_inline __u64 wake_flags(void)
{
    return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= config.wake_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Gives the batch to the ring; false if the ring has no room. The calling program owns the batch. */
static __noinline int send_batch(struct syslat_cpu *cpu)
{
    __u32 count = cpu->batch.header.count;

    if (count > SYSLAT_BATCH_EVENTS)
        count = SYSLAT_BATCH_EVENTS;
    cpu->batch.header.version = SYSLAT_ABI_VERSION;
    cpu->batch.header.kind = SYSLAT_RECORD_BATCH;
    if (bpf_ringbuf_output(&events, &cpu->batch, sizeof(struct syslat_record_header) + count * sizeof(struct syslat_event),
                           wake_flags()))
        return false;
    add_on_cpu(&cpu->counters.batches, 1);
    cpu->batch.header.count = 0;
    return true;
}

/* Sends a call that found the batch in use, or whose duration has no room in an event. */
static __noinline int send_alone(struct syslat_cpu *cpu, __u64 duration_ns, __u64 call, __u32 tgid)
{
    struct syslat_single_call record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_CALL, .count = 1},
        .duration_ns = duration_ns,
        .call = call,
        .tgid = tgid,
    };

    if ((__s64)duration_ns < 0) {
        record.duration_ns = 0;
        add_on_cpu(&cpu->counters.clock_backwards, 1);
    }
    if (bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()))
        overflow_call(cpu, record.duration_ns, call);
    else
        add_on_cpu(&cpu->counters.unbatched, 1);
    return 0;
}

/* Adds an event to a batch that has room. */
static __always_inline void write_event(struct syslat_cpu *cpu, __u64 duration_ns, __u64 call, __u32 tgid)
{
    __u32 count = cpu->batch.header.count % SYSLAT_BATCH_EVENTS;
    struct syslat_event *event = &cpu->batch.events[count];

    event->time = duration_ns << SYSLAT_TGID_BITS | tgid;
    event->call = call;
    cpu->batch.header.count = count + 1;
}

/* Sends the batch and begins the next one. While the ring is full the batch stays full, and calls are counted in the kernel. */
static __noinline int append_to_full_batch(struct syslat_cpu *cpu, __u64 duration_ns, __u64 call, __u32 tgid)
{
    if (send_batch(cpu))
        write_event(cpu, duration_ns, call, tgid);
    else
        overflow_call(cpu, duration_ns, call);
    return 0;
}

/* Adds a completed call. `duration_ns` is negative if the clock ran backwards. */
static __always_inline void append(struct syslat_cpu *cpu, __u64 duration_ns, __u64 call, __u32 tgid)
{
    if (unlikely(!enter_batch(cpu) || duration_ns >> SYSLAT_VALUE_BITS != 0))
        send_alone(cpu, duration_ns, call, tgid);
    else if (unlikely(cpu->batch.header.count >= SYSLAT_BATCH_EVENTS))
        append_to_full_batch(cpu, duration_ns, call, tgid);
    else
        write_event(cpu, duration_ns, call, tgid);
    leave_batch(cpu);
}

#endif
