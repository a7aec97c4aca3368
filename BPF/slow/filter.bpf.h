/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which slow calls are kept. Here and not in user space, because the thresholds must rise with no others. */
#ifndef SYSLAT_SLOW_FILTER_BPF_H
#define SYSLAT_SLOW_FILTER_BPF_H

#include "current.bpf.h"
#include "maps.bpf.h"

static __always_inline bool is_listed(const volatile __u32 *ids, __u32 count, __u32 id)
{
    for (__u32 i = 0; i < SYSLAT_FILTER_IDS; i++) {
        if (i < count && ids[i] == id)
            return true;
    }
    return false;
}

/* Whether a call of the current thread fits the filter. Global, so the verifier looks at it once. */
__noinline int fits_filter(__u64 call)
{
    char name[SYSLAT_NAME_BYTES] = {};

    if (config.filter.tid_count && !is_listed(config.filter.tids, config.filter.tid_count, (__u32)bpf_get_current_pid_tgid()))
        return 0;
    if (config.filter.error_count && !is_listed(config.filter.errors, config.filter.error_count, syslat_call_error(call)))
        return 0;
    if (!config.filter.by_name)
        return 1;
    read_process_name(name);
    return syslat_matches(&config.filter.name, name);
}

#endif
