/*
 * What Swift can't do: call functions of the vDSO by address, and enter the kernel without libc's wrapper.
 *
 * Functions return what the kernel returns: a result, or a negated errno (-4095 to -1). None of them touches errno, takes a lock
 * or allocates, except cvdso_getrandom_state. Repeated calls are made in one loop, and the last result is returned.
 */
#ifndef SYSLAT_CVDSO_H
#define SYSLAT_CVDSO_H

#include <stddef.h>
#include <sys/auxv.h>
#include <sys/types.h>

/* The function to call, which determines the arguments. */
enum cvdso_kind {
    CVDSO_CLOCK_GETTIME, /* the clock, and room for the answer */
    CVDSO_CLOCK_GETRES,  /* the clock, and room for the answer */
    CVDSO_GETTIMEOFDAY,  /* room for the answer, no time zone */
    CVDSO_TIME,          /* a null pointer; not on aarch64 */
    CVDSO_GETCPU,        /* room for CPU and node */
    CVDSO_GETRANDOM,     /* 8 bytes, no flags */
    CVDSO_GETPPID,       /* nothing; as a system call only */
};

/* Bytes that each call of getrandom asks for. */
#define CVDSO_RANDOM_BYTES 8

/* Whether this architecture has the system call: aarch64 lacks time. */
int cvdso_has_syscall(enum cvdso_kind kind);

/*
 * Calls the function at `function` of the running vDSO `times` times. `state` and `state_size` are for getrandom only.
 * Returns -ENOSYS for a kind that no vDSO has.
 */
long cvdso_call(enum cvdso_kind kind, int clock, const void *_Nonnull function, void *_Nullable state, size_t state_size,
                unsigned long times);

/* Makes the system call `times` times, with the architecture's own instruction. Returns -ENOSYS if the architecture lacks it. */
long cvdso_syscall(enum cvdso_kind kind, int clock, unsigned long times);

/* The loop alone. */
void cvdso_loop(unsigned long times);

/*
 * Allocates the memory in which the vDSO's getrandom keeps its generator, with the properties that it asks for. Stores the size
 * of one state in `size`, and the size to give to munmap(2) in `mapped`. Returns 0, or a negated errno from the vDSO or mmap(2).
 */
long cvdso_getrandom_state(const void *_Nonnull function, void *_Nullable *_Nonnull state, size_t *_Nonnull size,
                           size_t *_Nonnull mapped);

/* Words for as many CPUs as a kernel can be built for (CONFIG_NR_CPUS, x86: 8192). */
#define CVDSO_CPU_WORDS 128

/* A set of CPUs. */
struct cvdso_cpus {
    unsigned long words[CVDSO_CPU_WORDS];
};

/* Binds the calling thread to its current CPU, and stores its set of CPUs in `before`. Returns the CPU, or a negated errno. */
long cvdso_pin(struct cvdso_cpus *_Nonnull before);

/* Restores the calling thread's set of CPUs. Returns 0, or a negated errno. */
long cvdso_unpin(const struct cvdso_cpus *_Nonnull before);

#endif
