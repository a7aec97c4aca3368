/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Integers of fixed width, for BPF programs as for user space. */
#ifndef SYSLAT_TYPES_H
#define SYSLAT_TYPES_H

#ifdef __bpf__
typedef __u8 syslat_u8;
typedef __u16 syslat_u16;
typedef __u32 syslat_u32;
typedef __u64 syslat_u64;
typedef __s32 syslat_s32;
typedef __s64 syslat_s64;
#else
#include <stdint.h>
typedef uint8_t syslat_u8;
typedef uint16_t syslat_u16;
typedef uint32_t syslat_u32;
typedef uint64_t syslat_u64;
typedef int32_t syslat_s32;
typedef int64_t syslat_s64;
#endif

#endif
