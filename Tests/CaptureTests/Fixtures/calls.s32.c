/* calls.s32: what calls.s64 does, as a 32-bit program with 32-bit calls. */
#include "calls.h"
