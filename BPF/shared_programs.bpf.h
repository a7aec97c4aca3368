/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs that every program set loads besides its own. PROGRAM_KIND is the kind of the others in the object. */
#ifndef SYSLAT_SHARED_PROGRAMS_BPF_H
#define SYSLAT_SHARED_PROGRAMS_BPF_H

#include <linux/bpf_perf_event.h>

#include "classic.bpf.h"
#include "preemption.bpf.h"
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
int tick_vdso(const __u64 *registers)
{
    return tick(registers[SAMPLED_IP]);
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
    return may_be_kept(context[1]) ? request_completed(context[1], completion_result(context), PROGRAM_KIND) : 0;
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

/* The same programs where perf events run them (classic.bpf.h). */
SEC("tp/task/task_newtask")
int task_fork_classic(struct trace_event_raw_task_newtask *event)
{
    return is_handled() ? 0 : task_started(event);
}

SEC("tp/sched/sched_process_exec")
int task_exec_classic(struct trace_event_raw_sched_process_exec *event)
{
    return is_handled() ? 0 : task_execed(event->old_pid, PROGRAM_KIND);
}

SEC("tp/sched/sched_process_exit")
int task_exit_classic(void *event)
{
    return is_handled() ? 0 : current_task_exited(PROGRAM_KIND);
}

#if defined(__TARGET_ARCH_x86)
SEC("tp/vsyscall/emulate_vsyscall")
int vsyscall_classic(struct trace_event_raw_emulate_vsyscall *event)
{
    return vsyscall_emulated(event->nr);
}
#endif

SEC("tp/io_uring/io_uring_submit_req")
int request_submit_classic(struct trace_event_raw_io_uring_submit_req *event)
{
    struct io_kiocb *request = event->req;

    return request_submitted(request, &request->opcode, PROGRAM_KIND);
}

SEC("tp/io_uring/io_uring_req_failed")
int request_fail_classic(struct trace_event_raw_io_uring_req_failed *event)
{
    const __u8 opcode = event->opcode;

    return request_submitted(event->req, &opcode, PROGRAM_KIND);
}

SEC("tp/io_uring/io_uring_complete")
int request_complete_classic(struct trace_event_raw_io_uring_complete *event)
{
    __u64 request = (__u64)event->req;

    return may_be_kept(request) ? request_completed(request, event->res, PROGRAM_KIND) : 0;
}

SEC("tp/io_uring/io_uring_cqe_overflow")
int request_hide_classic(void *event)
{
    return completion_hidden(PROGRAM_KIND);
}

#endif
