// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The least that a tool can cost if it attaches to system calls (`empty`), or if it reads the clock at both ends of them
 * (`clock`). syslat is measured against these two.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* On the stack: the CPUs would contend for the cache line of a global, which would raise the floor. */
static __always_inline int read_clock(void)
{
    volatile __u64 now = bpf_ktime_get_ns();

    (void)now;
    return 0;
}

SEC("tp_btf/sys_enter")
int empty_enter(void *context)
{
    return 0;
}

SEC("tp_btf/sys_exit")
int empty_exit(void *context)
{
    return 0;
}

SEC("tp_btf/sys_enter")
int clock_enter(void *context)
{
    return read_clock();
}

SEC("tp_btf/sys_exit")
int clock_exit(void *context)
{
    return read_clock();
}
