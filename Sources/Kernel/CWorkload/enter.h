/* Entering the kernel without libc: nothing but the call, and the kernel's own result. */
#ifndef SYSLAT_WORKLOAD_ENTER_H
#define SYSLAT_WORKLOAD_ENTER_H

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)

INLINE long enter6(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result = number;

    __asm__ volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}

INLINE long enter3(long number, long a, long b, long c)
{
    long result = number;

    __asm__ volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

INLINE void relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

#elif defined(__aarch64__)

INLINE long enter6(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

INLINE long enter3(long number, long a, long b, long c)
{
    return enter6(number, a, b, c, 0, 0, 0);
}

INLINE void relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

#else
#error "syslat knows how to enter the kernel on x86_64 and aarch64 only"
#endif

#define ENTER0(number) enter3(number, 0, 0, 0)
#define ENTER1(number, a) enter3(number, (long)(a), 0, 0)
#define ENTER2(number, a, b) enter3(number, (long)(a), (long)(b), 0)
#define ENTER3(number, a, b, c) enter3(number, (long)(a), (long)(b), (long)(c))
#define ENTER4(number, a, b, c, d) enter6(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define ENTER5(number, a, b, c, d, e) enter6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define ENTER6(number, a, b, c, d, e, f) enter6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/*
 * clone(2) whose child calls `function` with `argument` on a stack of its own that ends at `stack_top`, a multiple of 16.
 * `function` must not return. The child has its parent's thread pointer, so it must not touch errno or anything else of libc.
 * `tid` is for the flags that set or clear the child's id. Returns the child's id or a negated errno.
 */
long workload_clone(unsigned long flags, void *stack_top, unsigned *tid, void (*function)(void *), void *argument);

#endif
