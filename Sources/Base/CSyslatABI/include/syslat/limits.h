/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sizes and bounds. */
#ifndef SYSLAT_LIMITS_H
#define SYSLAT_LIMITS_H

/* CPU shares. A CPU has the share that the low bits of its number give; with more CPUs, several have one share. A power of two. */
#define SYSLAT_CPU_SHARES 512

/* Events in a full batch. A power of two. */
#define SYSLAT_BATCH_EVENTS 256

/* Call indexes of each ABI. A power of two. */
#define SYSLAT_ABI_INDEXES 1024
/* Numbers below this have a call index of their own; all others of an ABI share its last one. No kernel has others. */
#define SYSLAT_INDEXED_NUMBERS (SYSLAT_ABI_INDEXES - 1)
/* Stands for any number without an index of its own, where there is no room for each of them. */
#define SYSLAT_OTHER_NUMBER 0x80000000U
/* Other numbers that a selection can name. */
#define SYSLAT_OTHER_NUMBERS 16

/* Slots by the low bits of the thread id. A power of two. */
#define SYSLAT_MAX_SLOTS 65536
/* Places in the table of known threads. A power of two. */
#define SYSLAT_KNOWN_THREADS 32768
/* Places in the spill table. */
#define SYSLAT_SPILL_ENTRIES 16384

/* Process ids are below this (PID_MAX_LIMIT of 64-bit kernels, include/linux/threads.h). */
#define SYSLAT_PID_LIMIT (4 << 20)
/* Bits of a process id. */
#define SYSLAT_TGID_BITS 22

/* Latencies below 2^42 ns (73 minutes) have a bucket and fit in an event. */
#define SYSLAT_VALUE_BITS 42

/* Overflow histograms: log-linear like the consumer's, with 3 sub-bucket bits (12.5 %). */
#define SYSLAT_OVERFLOW_SUB_BITS 3
#define SYSLAT_OVERFLOW_BUCKETS ((SYSLAT_VALUE_BITS - SYSLAT_OVERFLOW_SUB_BITS + 1) << SYSLAT_OVERFLOW_SUB_BITS)
#define SYSLAT_OVERFLOW_SERIES 1024

/* Sampling: at most 2^12 calls have one measured call among them. */
#define SYSLAT_MAX_SAMPLING_SHIFT 12

/* Places in the code from which calls bypassed the vDSO, and processes with calls through the vsyscall page. */
#define SYSLAT_CALLERS 4096
/* Bytes of a caller's name. */
#define SYSLAT_CALLER_NAME 64

/* Requests to io_uring that have not completed. */
#define SYSLAT_REQUESTS 32768
/* Their opcodes are below this. */
#define SYSLAT_REQUEST_OPCODES 256

/* Kinds of refused calls that are told apart: by ABI, number, error and who refused them. */
#define SYSLAT_REFUSED_KINDS 4096

/* Living processes of which is known what stands before their calls. */
#define SYSLAT_GUARDED_PROCESSES 8192

/* Pairs of a process and a function of the vDSO for which ticks are counted. */
#define SYSLAT_TICKED_FUNCTIONS 8192
/* Stretches of the vDSO's code that are told apart. */
#define SYSLAT_VDSO_REGIONS 32

/* Slow calls. At most so many of the longest of each call index are kept: a heap of so many levels holds them. */
#define SYSLAT_LONGEST_LEVELS 10
#define SYSLAT_LONGEST 1023
/* Descriptors and paths of one call. */
#define SYSLAT_CALL_FILES 2
#define SYSLAT_CALL_PATHS 2
/* Bytes of a path that a descriptor stands for, of one component with its NUL (NAME_MAX), and of a path among the arguments. */
#define SYSLAT_FILE_NAME 1024
#define SYSLAT_COMPONENT 256
#define SYSLAT_PATH 256
/* Components of a path, and mounts on the way. */
#define SYSLAT_PATH_STEPS 48
#define SYSLAT_STACK_FRAMES 48
/* Words at the end of a program's stack, among which is where a function without a frame of its own returns to. */
#define SYSLAT_STACK_WORDS 8
/* Frames of the stacks in which calls sleep, and how many different ones are kept. */
#define SYSLAT_SLEEP_FRAMES 48
#define SYSLAT_SLEEP_STACKS 16384

/* Thread ids and errors by which slow calls can be chosen. */
#define SYSLAT_FILTER_IDS 16

/*
 * Grouping by file. Each of the two maps has room for SYSLAT_FILE_CALLS pairs of a file and a call. Once one of them has SYSLAT_FILES_TO_TAKE,
 * user space makes the programs use the other. If that comes late, only calls of SYSLAT_SLOW_ON_FILE_NS or longer bring new pairs into a map
 * that has SYSLAT_FILES_IF_SLOW. There is room for the names of all files in a full map.
 */
#define SYSLAT_FILE_CALLS 4096
#define SYSLAT_FILES_TO_TAKE 1024
#define SYSLAT_FILES_IF_SLOW 3072
#define SYSLAT_SLOW_ON_FILE_NS 1000000
#define SYSLAT_FILE_NAMES 6144
/* Names of cgroups from one to the root. */
#define SYSLAT_CGROUP_STEPS 24
#define SYSLAT_CGROUP_NAMES 1024

/* The largest magnitude that the kernel returns as an error (MAX_ERRNO, include/linux/err.h). */
#define SYSLAT_MAX_ERRNO 4095

_Static_assert(SYSLAT_FILE_NAMES >= SYSLAT_FILE_CALLS + 2 * SYSLAT_FILES_TO_TAKE, "room for the names of all files");
_Static_assert(SYSLAT_LONGEST == (1 << SYSLAT_LONGEST_LEVELS) - 1, "a full heap");
_Static_assert((SYSLAT_BATCH_EVENTS & (SYSLAT_BATCH_EVENTS - 1)) == 0, "batches are a power of two");
_Static_assert(SYSLAT_TGID_BITS + SYSLAT_VALUE_BITS == 64 && SYSLAT_PID_LIMIT == 1 << SYSLAT_TGID_BITS,
               "a latency and a process id fill a word");

#endif
