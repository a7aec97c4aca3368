/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs that every program set loads besides its own. PROGRAM_KIND is the kind of the others in the object. */
#ifndef SYSLAT_SHARED_PROGRAMS_BPF_H
#define SYSLAT_SHARED_PROGRAMS_BPF_H

#include <linux/bpf_perf_event.h>

#include "tasks.bpf.h"
#include "uring.bpf.h"
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

/* Requests to io_uring. The first program is tried before the second, which older kernels need. */
SEC("raw_tp/io_uring_submit_req")
int BPF_PROG(request_submit, struct io_kiocb *request)
{
    return request_submitted(request, &request->opcode, PROGRAM_KIND);
}

SEC("raw_tp/io_uring_submit_sqe")
int BPF_PROG(request_submit_older, struct io_kiocb *request)
{
    return request_submitted(request, &request->opcode, PROGRAM_KIND);
}

SEC("raw_tp/io_uring_req_failed")
int BPF_PROG(request_fail, const __u8 *entry, struct io_kiocb *request)
{
    /* It completes with the error. An opcode that the kernel doesn't know is only in the entry, which begins with it. */
    return request_submitted(request, entry, PROGRAM_KIND);
}

SEC("raw_tp/io_uring_complete")
int request_complete(__u64 *context)
{
    return request_completed(context, PROGRAM_KIND);
}

SEC("raw_tp/io_uring_cqe_overflow")
int request_hide(__u64 *context)
{
    return completion_hidden(PROGRAM_KIND);
}

/* For user space: 1 if the programs above understand what the kernel tells them. */
SEC("raw_tp")
int requests_understood(void *context)
{
    return understands_requests();
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
