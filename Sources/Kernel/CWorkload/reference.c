/*
 * A loop that never enters the kernel. How long it takes beside a slice of a case tells how fast the CPU was just then: neighbours on
 * the same core, a lower clock rate, and interrupts slow it down as they slow a system call, and no kernel's own work does.
 *
 * Its 64 functions and their branches, which depend on data, load the parts of the CPU that a system call does. Chains of
 * additions, and a walk through memory, choose as well (decision 26).
 */
#include "work.h"

#define STEP(number)                                                                                                               \
    __attribute__((noinline)) static uint64_t step_##number(uint64_t value)                                                        \
    {                                                                                                                              \
        value = value & 1 ? value * 3 + number : (value >> 1) + number * 7;                                                        \
        return value & 4 ? value ^ number * 1234567ULL : value;                                                                    \
    }
#define STEPS(tens) STEP(tens##0) STEP(tens##1) STEP(tens##2) STEP(tens##3) STEP(tens##4) STEP(tens##5) STEP(tens##6) STEP(tens##7)
#define NAMES(tens)                                                                                                                \
    step_##tens##0, step_##tens##1, step_##tens##2, step_##tens##3, step_##tens##4, step_##tens##5, step_##tens##6, step_##tens##7

STEPS(1)
STEPS(2)
STEPS(3)
STEPS(4)
STEPS(5)
STEPS(6)
STEPS(7)
STEPS(8)

uint64_t run_reference(unsigned long times)
{
    static uint64_t (*const steps[64])(uint64_t) = {NAMES(1), NAMES(2), NAMES(3), NAMES(4), NAMES(5), NAMES(6), NAMES(7), NAMES(8)};
    uint64_t value = 12345;
    uint32_t chance = 1;

    while (times--) {
        chance = chance * 1664525 + 1013904223;
        value = steps[chance >> 26](value);
    }
    return value;
}
