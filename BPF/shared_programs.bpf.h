/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs that every program set loads besides its own. */
#ifndef SYSLAT_SHARED_PROGRAMS_BPF_H
#define SYSLAT_SHARED_PROGRAMS_BPF_H

#include <linux/bpf_perf_event.h>

#include "tasks.bpf.h"
#include "vdso/ticks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The vDSO. */
#if defined(__TARGET_ARCH_x86)
SEC("raw_tp/emulate_vsyscall")
int BPF_PROG(vsyscall, int which)
{
    return vsyscall_emulated(which);
}
#endif

SEC("perf_event")
int tick_vdso(struct bpf_perf_event_data *context)
{
    return tick(PT_REGS_IP(&context->regs));
}

/*
 * Empties this CPU's batch. User space runs it on a CPU whose events have waited too long. It runs in an interrupt, perhaps in the
 * middle of an append: then it leaves the batch alone. It returns 1 if the batch is to be tried again.
 */
SEC("raw_tp")
int flush_batch(void *context)
{
    struct syslat_cpu *cpu = this_cpu();
    int busy = 0;

    if (has_interrupted_user(cpu))
        return 1;
    if (!enter_batch(cpu))
        busy = 1;
    else if (cpu->batch.header.count > 0)
        busy = !send_batch(cpu);
    leave_batch(cpu);
    return busy;
}

#endif
