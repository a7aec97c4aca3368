/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events gather in a batch on their CPU; a full batch is one record in the ring.
 *
 * The batch has one user at a time. A second one on the same CPU is either the flush program, in an interrupt in the middle
 * of an append, or another thread's probe on a kernel where probes can be preempted. `users` tells them apart: whoever makes
 * it 1 owns the batch until it leaves; anybody else keeps away from it.
 */
#ifndef SYSLAT_BATCH_BPF_H
#define SYSLAT_BATCH_BPF_H

#include "maps.bpf.h"
#include "overflow.bpf.h"

#define compiler_barrier() asm volatile("" ::: "memory")

static __always_inline bool enter_batch(struct syslat_cpu *cpu)
{
    __u32 users = 1;

    if (config.preemptible) {
        __atomic_fetch_add(&cpu->users, 1, __ATOMIC_RELAXED);
        users = *(volatile __u32 *)&cpu->users;
    } else {
        *(volatile __u32 *)&cpu->users = 1; /* only the flush program can come between, and it looks first */
    }
    compiler_barrier();
    return users == 1;
}

/* For the flush program: has it interrupted somebody who is not to be interrupted? */
static __always_inline bool has_interrupted_user(struct syslat_cpu *cpu)
{
    return !config.preemptible && *(volatile __u32 *)&cpu->users != 0;
}

static __always_inline void leave_batch(struct syslat_cpu *cpu)
{
    compiler_barrier();
    if (config.preemptible)
        __atomic_fetch_add(&cpu->users, -1, __ATOMIC_RELAXED);
    else
        *(volatile __u32 *)&cpu->users = 0;
}

/* A wake-up for each record would cost more than all the rest: the consumer looks by itself, and is woken only when late. */
static __always_inline __u64 wake_flags(void)
{
    return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= config.wake_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Gives the batch to the ring, or to the overflow histograms if the ring is full. The caller owns the batch. */
static __always_inline void send_batch(struct syslat_cpu *cpu)
{
    __u32 count = cpu->batch.header.count;

    if (count > SYSLAT_BATCH_EVENTS)
        count = SYSLAT_BATCH_EVENTS;
    cpu->batch.header.version = SYSLAT_ABI_VERSION;
    cpu->batch.header.kind = SYSLAT_RECORD_BATCH;
    if (bpf_ringbuf_output(&events, &cpu->batch,
                           sizeof(struct syslat_record_header) + count * sizeof(struct syslat_event), wake_flags()))
        overflow_batch(cpu);
    else
        add_on_cpu(&cpu->counters.batches, 1);
    cpu->batch.header.count = 0;
}

/* An event that found the batch in use goes alone. */
static __noinline int send_alone(struct syslat_cpu *cpu, const struct syslat_event *event)
{
    struct {
        struct syslat_record_header header;
        struct syslat_event event;
    } record = {
        .header = {.version = SYSLAT_ABI_VERSION, .kind = SYSLAT_RECORD_BATCH, .count = 1},
    };

    if (!event || !cpu)
        return 0;
    record.event = *event;
    if (bpf_ringbuf_output(&events, &record, sizeof(record), wake_flags()))
        overflow_event(cpu, event);
    else
        add_on_cpu(&cpu->counters.unbatched, 1);
    return 0;
}

/*
 * The compiler is to write the event field by field into the batch. Put together on the stack and copied from there, each wide
 * load would wait for the narrow stores before it. So its address goes nowhere: `send_alone` gets a copy.
 */
static __always_inline void append(struct syslat_cpu *cpu, const struct syslat_event *event)
{
    if (enter_batch(cpu)) {
        __u32 count = cpu->batch.header.count & (SYSLAT_BATCH_EVENTS - 1);

        cpu->batch.events[count] = *event;
        cpu->batch.header.count = count + 1;
        if (count + 1 == SYSLAT_BATCH_EVENTS)
            send_batch(cpu);
    } else {
        struct syslat_event copy = *event;

        send_alone(cpu, &copy);
    }
    leave_batch(cpu);
}

#endif
