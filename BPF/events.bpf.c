// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Finds the numbers of events where tracefs can't be read: in the variables that describe them (struct trace_event_call), among all
 * symbols of the kernel. Takes CAP_BPF and CAP_PERFMON, a kernel with BTF of its own, and its variables among its symbols
 * (CONFIG_KALLSYMS_ALL).
 */
#include "kernel_types.bpf.h"
#include "syslat/conditions.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct syslat_event_names names SEC(".rodata.names");
struct syslat_event_numbers numbers SEC(".data.numbers");

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kallsym_iter {
    unsigned long value;
    char name[512];
};

struct bpf_iter__ksym {
    struct kallsym_iter *ksym;
};

#pragma clang attribute pop

/* All of them begin so. */
static const char beginning[] = "event_";
#define BEGINNING_BYTES 6

static __always_inline bool begins_so(const char *name)
{
    for (int i = 0; i < BEGINNING_BYTES; i++) {
        if (name[i] != beginning[i])
            return false;
    }
    return true;
}

static __always_inline bool is_name(const char *name, const volatile char *wanted)
{
    for (int i = BEGINNING_BYTES; i < (int)sizeof(struct syslat_event_name); i++) {
        if (name[i] != wanted[i])
            return false;
        if (name[i] == 0)
            return true;
    }
    return false;
}

SEC("iter/ksym")
int find_events(struct bpf_iter__ksym *context)
{
    struct kallsym_iter *symbol = context->ksym;
    char name[sizeof(struct syslat_event_name)] = {};

    if (!symbol)
        return 0;
    bpf_probe_read_kernel_str(name, sizeof(name), symbol->name);
    if (!begins_so(name))
        return 0;
    for (int i = 0; i < SYSLAT_EVENTS; i++) {
        if (is_name(name, names.of[i].text))
            numbers.of[i] = BPF_CORE_READ((struct trace_event_call *)symbol->value, event.type);
    }
    return 0;
}
