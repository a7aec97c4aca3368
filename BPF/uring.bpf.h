/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests to io_uring: work that no system call shows. A request is measured from its submission, which io_uring_enter or the kernel's
 * submission thread (IORING_SETUP_SQPOLL) does in the name of the process, to its last completion. Both name the request by its address. Any
 * thread may complete it.
 */
#ifndef SYSLAT_URING_BPF_H
#define SYSLAT_URING_BPF_H

#include "batch.bpf.h"
#include "current.bpf.h"
#include "exit.bpf.h"
#include "scope.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct io_kiocb {
    __u8 opcode;
    __u8 flags; /* its lowest byte: the flags of the entry (IOSQE_...) */
};

struct io_uring_cqe {
    __s32 res;
};

/* Complete types, so they are like the kernel's. */
struct io_ring_ctx {
    unsigned int flags;
};

struct io_uring_sqe {
    __u8 opcode;
};

#pragma clang attribute pop

/* The request posts no completion if it succeeds (IOSQE_CQE_SKIP_SUCCESS). */
#define COMPLETES_IN_SILENCE (1 << 6)

/*
 * The arguments of the tracepoints have changed over time. A kernel's BTF has a type for each tracepoint, and CO-RE tells whether it is
 * like one of these. Up to Linux 5.19 a completion did not name its request, or the submission had other arguments; the arguments of a
 * failure changed together with those of a submission. libbpf looks for a name that the kernel lacks among the types of its modules, which
 * takes CAP_SYS_ADMIN: these are names that all kernels since 5.18 have.
 */
typedef void (*btf_trace_io_uring_req_failed___request)(void *, struct io_uring_sqe *, struct io_kiocb *, int);       /* 6.0 */
typedef void (*btf_trace_io_uring_complete___values)(void *, void *, void *, __u64, int, unsigned int, __u64, __u64); /* 5.19 */
typedef void (*btf_trace_io_uring_complete___entry)(void *, struct io_ring_ctx *, void *, struct io_uring_cqe *);     /* 6.15 */

#define NAMES_SUBMITTED_REQUEST bpf_core_type_exists(btf_trace_io_uring_req_failed___request)
#define COMPLETES_WITH_VALUES bpf_core_type_exists(btf_trace_io_uring_complete___values)
#define COMPLETES_WITH_ENTRY bpf_core_type_exists(btf_trace_io_uring_complete___entry)

/* Whether the tracepoints have arguments that are known here. */
static __always_inline bool understands_requests(void)
{
    return NAMES_SUBMITTED_REQUEST && (COMPLETES_WITH_VALUES || COMPLETES_WITH_ENTRY);
}

/* The result that a completion carries. */
static __always_inline long completion_result(const __u64 *context)
{
    if (COMPLETES_WITH_ENTRY)
        return BPF_CORE_READ((struct io_uring_cqe *)context[2], res);
    return (__s32)context[3];
}

static __always_inline bool is_selected_request(__u8 opcode)
{
    return !config.has_selection || config.selected_requests[opcode / 64] >> (opcode % 64) & 1;
}

static __always_inline bool any_requests(void)
{
    return *(volatile __u32 *)&control.requests != 0;
}

/* Whether requests complete now: those that are under way between windows, or at the end, stay so. */
static __always_inline bool may_complete_requests(void)
{
    __u32 phase = current_phase();

    return phase == SYSLAT_RECORDING || phase == SYSLAT_RECORDING_CGROUP;
}

/*
 * Forgets a request that is still kept though another one, of whatever process, has its address: it has completed unseen. Or it was
 * cancelled behind a silent one.
 */
static __always_inline void forget_request(__u64 address)
{
    if (!any_requests() || !may_complete_requests() || bpf_map_delete_elem(&requests, &address))
        return;
    __atomic_fetch_add(&control.requests, -1, __ATOMIC_RELAXED);
    add_on_cpu(&this_cpu()->counters.requests_missed, 1);
}

/* Keeps a request until it completes. */
static __always_inline void keep_request(struct syslat_cpu *cpu, __u64 address, const struct syslat_request *request)
{
    if (bpf_map_update_elem(&requests, &address, request, BPF_NOEXIST))
        add_on_cpu(&cpu->counters.requests_no_place, 1);
    else
        __atomic_fetch_add(&control.requests, 1, __ATOMIC_RELAXED);
}

/* A request was submitted. `opcode` is where its opcode is. */
static __always_inline int request_submitted(struct io_kiocb *submitted, const __u8 *opcode, const enum program_kind kind)
{
    struct current_thread current;
    struct task_struct *task;
    struct syslat_cpu *cpu;
    struct syslat_request request = {};

    if (!understands_requests())
        return 0;
    forget_request((__u64)submitted);
    current = current_thread(kind);
    if (!in_scope(tgid_of(&current, kind)))
        return 0;
    bpf_probe_read_kernel(&request.opcode, sizeof(request.opcode), opcode);
    bpf_core_read(&request.flags, sizeof(request.flags), &submitted->flags);
    if (!is_selected_request(request.opcode))
        return 0;
    cpu = this_cpu();
    add_on_cpu(&cpu->counters.requests, 1);
    if (request.flags & COMPLETES_IN_SILENCE) {
        add_on_cpu(&cpu->counters.requests_silent, 1);
        return 0;
    }
    task = task_of(&current, kind);
    request.task = (__u64)task;
    request.tgid = tgid_of(&current, kind);
    request.tid = tid_of(&current, kind);
    request.voluntary = READ(task, nvcsw, kind);
    request.involuntary = READ(task, nivcsw, kind);
    request.start_ns = bpf_ktime_get_ns();
    keep_request(cpu, (__u64)submitted, &request);
    return 0;
}

/*
 * What the thread that submitted a request has done since: a request that it completes without having left the CPU ran, and one that
 * another thread completes made the program wait.
 */
static __always_inline __u64 request_outcome(const struct syslat_request *request, const enum program_kind kind)
{
    const struct current_thread current = current_thread(kind);
    struct task_struct *task = task_of(&current, kind);

    if ((__u64)task != request->task || (__u32)READ(task, nvcsw, kind) != request->voluntary)
        return SYSLAT_BLOCKED;
    return (__u32)READ(task, nivcsw, kind) != request->involuntary ? SYSLAT_PREEMPTED : SYSLAT_RAN;
}

/*
 * A completion found the program's queue full. Since Linux 6.15 such a completion does not come with the address of its request: how many
 * there were is all that is known.
 */
static __always_inline int completion_hidden(const enum program_kind kind)
{
    struct current_thread current;

    if (!understands_requests() || !COMPLETES_WITH_ENTRY || !any_requests() || !may_complete_requests())
        return 0;
    current = current_thread(kind);
    if (in_scope(tgid_of(&current, kind)))
        add_on_cpu(&this_cpu()->counters.requests_hidden, 1);
    return 0;
}

/*
 * Whether a completion may be that of a request which is kept. Further completions of a request that goes on (IORING_CQE_F_MORE) come
 * without its address.
 */
static __always_inline bool may_be_kept(__u64 address)
{
    return understands_requests() && any_requests() && address && may_complete_requests();
}

static __always_inline int request_completed(__u64 address, long result, const enum program_kind kind)
{
    __u64 duration_ns, call;
    struct syslat_request *request;
    struct syslat_cpu *cpu;
    __u32 owner;

    request = bpf_map_lookup_elem(&requests, &address);
    if (!request)
        return 0;
    duration_ns = bpf_ktime_get_ns() - request->start_ns;
    call = SYSLAT_CALL_REQUEST | request->opcode | error_of(0, result) << SYSLAT_CALL_ERROR_SHIFT |
           request_outcome(request, kind) << SYSLAT_CALL_OUTCOME_SHIFT;
    owner = config.grouping == SYSLAT_BY_THREAD ? request->tid : request->tgid;
    if (bpf_map_delete_elem(&requests, &address))
        return 0;
    __atomic_fetch_add(&control.requests, -1, __ATOMIC_RELAXED);
    cpu = this_cpu();
    if (has_interrupted_user(cpu))
        send_alone(cpu, duration_ns, call, owner);
    else
        append(cpu, duration_ns, call, owner);
    return 0;
}

#endif
