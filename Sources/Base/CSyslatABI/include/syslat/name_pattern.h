/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A shell pattern for names of at most 15 bytes, as a machine that is in several states at once: a bit for each element of the pattern that may
 * come next. User space makes it, and a program runs it without a branch that depends on the pattern.
 */
#ifndef SYSLAT_NAME_PATTERN_H
#define SYSLAT_NAME_PATTERN_H

#include "types.h"

#define SYSLAT_NAME_BYTES 16

struct syslat_name_pattern {
    syslat_u32 accepts[256]; /* by byte: the elements that match it; those that match any number of bytes are not among them */
    syslat_u32 stars;        /* the elements that match any number of bytes; no two are neighbours */
    syslat_u32 end;          /* the bit behind the last element */
};

/* `name` ends with a NUL or has SYSLAT_NAME_BYTES bytes. */
static inline _Bool syslat_matches(const volatile struct syslat_name_pattern *pattern, const char *name)
{
    syslat_u32 stars = pattern->stars;
    syslat_u32 states = 1 | (stars & 1) << 1;

#pragma clang loop unroll(full)
    for (int i = 0; i < SYSLAT_NAME_BYTES; i++) {
        syslat_u8 byte = (syslat_u8)name[i];

        if (byte == 0)
            break;
        states = (states & pattern->accepts[byte]) << 1 | (states & stars);
        states |= (states & stars) << 1;
    }
    return (states & pattern->end) != 0;
}

#endif
