/* The calls that wait for descriptors, which differ between architectures. They never wait here. */
#ifndef SYSLAT_WORKLOAD_WAITS_H
#define SYSLAT_WORKLOAD_WAITS_H

#include "enter.h"

#include <asm/unistd.h>

#ifdef __NR_epoll_wait
#define EPOLL_CALL __NR_epoll_wait
#define EPOLL_WAIT(file, events, most) ENTER4(__NR_epoll_wait, file, events, most, 0)
#else
#define EPOLL_CALL __NR_epoll_pwait
#define EPOLL_WAIT(file, events, most) ENTER6(__NR_epoll_pwait, file, events, most, 0, 0, 8)
#endif

#ifdef __NR_poll
#define POLL_CALL __NR_poll
#define POLL(files, count) ENTER3(__NR_poll, files, count, 0)
#else
#define POLL_CALL __NR_ppoll
#define POLL(files, count) ENTER5(__NR_ppoll, files, count, ((const long[2]){0}), 0, 8)
#endif

#endif
