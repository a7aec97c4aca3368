// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Without the preemption count: for kernels that have no BTF of their own. */
#include "conditions.bpf.h"

SEC("raw_tp/sys_enter")
int look_at_call(__u64 *context)
{
    if (is_asking())
        note_registers(context);
    return 0;
}
