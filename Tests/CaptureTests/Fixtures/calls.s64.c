/*
 * calls.s64 N [execve|execveat PROGRAM ARGUMENT...]: N getppid and N write that fail with EBADF, alternating; then it becomes
 * the program by one execve or execveat, or makes one exit. 64-bit calls only.
 */
#include "calls.h"
