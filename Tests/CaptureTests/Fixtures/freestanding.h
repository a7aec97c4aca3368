/*
 * What a program without a C library needs: an entry point, and system calls made by the very instruction. Such a program
 * makes the calls in its source and no others. It defines `run`, whose result it exits with.
 */
#ifndef FREESTANDING_H
#define FREESTANDING_H

#if defined(__aarch64__)
#define NR_read 63
#define NR_write 64
#define NR_close 57
#define NR_lseek 62
#define NR_nanosleep 101
#define NR_getpid 172
#define NR_execve 221
#define NR_exit 93
#define NR_kill 129
#define NR_getppid 173
#define NR_getpriority 141
#define NR_pipe2 59
#define NR_execveat 281
#elif defined(__arm__)
#define NR_write 4
#define NR_close 6
#define NR_execve 11
#define NR_exit 1
#define NR_getppid 64
#define NR_execveat 387
#endif

#define NR64_read 0
#define NR64_write 1
#define NR64_open 2
#define NR64_close 3
#define NR64_lseek 8
#define NR64_nanosleep 35
#define NR64_getpid 39
#define NR64_execve 59
#define NR64_exit 60
#define NR64_kill 62
#define NR64_getppid 110
#define NR64_getpriority 140
#define NR64_pipe2 293
#define NR64_execveat 322

#define NR32_exit 1
#define NR32_write 4
#define NR32_close 6
#define NR32_execve 11
#define NR32_getppid 64
#define NR32_mmap 90
#define NR32_execveat 358

#define AT_FDCWD -100

int run(int argc, char **argv, char **envp);

#if defined(__aarch64__)
static inline long call(long number, long a, long b, long c, long d, long e)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}
#define native(name, a, b, c, d, e) call(NR_##name, a, b, c, d, e)
__asm__(".globl _start\n_start:\n mov x0, sp\n bl begin\n");
#elif defined(__arm__)
static inline long call(long number, long a, long b, long c, long d, long e)
{
    register long r7 __asm__("r7") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;

    __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4) : "memory");
    return r0;
}
#define native(name, a, b, c, d, e) call(NR_##name, a, b, c, d, e)
__asm__(".globl _start\n_start:\n mov r0, sp\n bic sp, sp, #7\n bl begin\n");
#else
/* int $0x80: the 32-bit calls, from 32-bit and from 64-bit programs. Pointers must lie below 4 GiB. */
static inline long call32(long number, long a, long b, long c, long d, long e)
{
    long result;

#ifdef __x86_64__
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "r8", "r9", "r10", "r11", "memory");
#else
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
#endif
    return result;
}

#ifdef __x86_64__
static inline long call64(long number, long a, long b, long c, long d, long e)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return result;
}
#define native(name, a, b, c, d, e) call64(NR64_##name, a, b, c, d, e)
__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n");
#else
#define native(name, a, b, c, d, e) call32(NR32_##name, a, b, c, d, e)
__asm__(".globl _start\n_start:\n mov %esp, %eax\n and $-16, %esp\n sub $12, %esp\n push %eax\n call begin\n hlt\n");
#endif
#endif

/* The stack as the kernel leaves it: argc, argv, a null, envp, a null. */
__attribute__((used)) void begin(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    native(exit, run(argc, argv, argv + argc + 1), 0, 0, 0, 0);
}

/* The argument with this number; 0 if there is none. */
static inline long number(int argc, char **argv, int index)
{
    long value = 0;

    if (index < argc)
        for (const char *digit = argv[index]; *digit >= '0' && *digit <= '9'; digit++)
            value = value * 10 + (*digit - '0');
    return value;
}

#endif
