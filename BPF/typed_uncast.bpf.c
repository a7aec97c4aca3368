// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The typed programs for kernels without bpf_rdonly_cast. libbpf looks in the modules for a kernel function that the kernel itself lacks,
 * which takes CAP_SYS_ADMIN: as an object that names the function, they could not be loaded with CAP_BPF and CAP_PERFMON.
 */
#define SYSLAT_UNCAST
#include "typed.bpf.c"
