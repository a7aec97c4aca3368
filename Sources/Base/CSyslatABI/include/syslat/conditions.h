/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs that look at the kernel before a capture are asked, and answer. */
#ifndef SYSLAT_CONDITIONS_H
#define SYSLAT_CONDITIONS_H

#include "types.h"

struct syslat_conditions_request {
    syslat_u32 tid; /* of the thread that asks */
};

/* How a tracepoint runs its programs. */
enum syslat_preemption {
    SYSLAT_PREEMPTION_UNKNOWN = 0,
    SYSLAT_PREEMPTION_OFF = 1,
    SYSLAT_PREEMPTION_ON = 2,
};

struct syslat_conditions {
    syslat_u32 registers_place; /* how far into its stack a thread's registers lie; 0 if unknown */
    syslat_u32 calls;           /* enum syslat_preemption: of the tracepoints of system calls */
    syslat_u32 others;          /* the same of any other tracepoint */
    syslat_u32 reserved;
};

#define SYSLAT_EVENTS 16

/* The numbers of tracepoints' events, 0 where the kernel has no such event. */
struct syslat_event_numbers {
    syslat_u32 of[SYSLAT_EVENTS]; /* as the request orders them */
};

/* The name of a variable of the kernel that describes an event. */
struct syslat_event_name {
    char text[32];
};

struct syslat_event_names {
    struct syslat_event_name of[SYSLAT_EVENTS];
};

_Static_assert(sizeof(struct syslat_conditions) == 16, "conditions layout");

#endif
