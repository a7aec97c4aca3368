/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side and user space agree on.
 *
 * Every field has a fixed width, nothing is padded implicitly, and enumerations are only ever appended to. A change that an older
 * reader would misread raises SYSLAT_ABI_VERSION.
 */
#ifndef SYSLAT_ABI_H
#define SYSLAT_ABI_H

#define SYSLAT_ABI_VERSION 13

#include "syslat/types.h"
#include "syslat/limits.h"
#include "syslat/calls.h"
#include "syslat/vdso_calls.h"
#include "syslat/records.h"
#include "syslat/details.h"
#include "syslat/conditions.h"
#include "syslat/name_pattern.h"
#include "syslat/configuration.h"
#include "syslat/shared_memory.h"
#include "syslat/groups.h"

#endif
