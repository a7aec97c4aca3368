/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What differs between architectures. Each header defines NATIVE_ABI, NATIVE_VDSO_CALLS and COMPAT_VDSO_CALLS, FILTER_CALLS, WORK_FLAGS and
 * SAMPLED_IP, the registers that are read, and the functions abi_of_call, is_compat_call, may_be_refused_by_flags, without_x32_bit,
 * number_at_exit, read_call_registers, read_argument and read_all_arguments.
 */
#ifndef SYSLAT_ARCH_BPF_H
#define SYSLAT_ARCH_BPF_H

#if defined(__TARGET_ARCH_x86)
#include "arch/x86.bpf.h"
#elif defined(__TARGET_ARCH_arm64)
#include "arch/arm64.bpf.h"
#else
#error "unknown architecture"
#endif

#endif
