/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SYSLAT_PREEMPTION_BPF_H
#define SYSLAT_PREEMPTION_BPF_H

#include "kernel_types.bpf.h"

/*
 * For user space: 1 if the kernel may run the programs of tracepoints preemptibly. That takes sleepable RCU with fast readers, as
 * DEFINE_SRCU_FAST makes it (include/linux/tracepoint.h), and such a one knows what kind of readers it has. Linux 6.19.
 */
SEC("raw_tp")
int may_be_preempted(void *context)
{
    struct srcu_struct *any = 0;

    return bpf_core_field_exists(any->srcu_reader_flavor);
}

#endif
