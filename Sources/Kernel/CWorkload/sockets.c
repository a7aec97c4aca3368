/* Both ends of a connection, in one thread. */
#include "work.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { message = 64 };

static int prepare_unix(struct work *work)
{
    long result = ENTER4(__NR_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, work->ends);

    return result == 0 ? 0 : refused(work, __NR_socketpair, result);
}

/* A connection to a socket of our own, on any free port. */
static int prepare_tcp(struct work *work)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned size = sizeof(address);
    int on = 1;
    long result;

    if ((result = ENTER3(__NR_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
        return refused(work, __NR_socket, result);
    work->other = (int)result;
    if ((result = ENTER3(__NR_bind, work->other, &address, size)) != 0)
        return refused(work, __NR_bind, result);
    if ((result = ENTER2(__NR_listen, work->other, 1)) != 0)
        return refused(work, __NR_listen, result);
    if ((result = ENTER3(__NR_getsockname, work->other, &address, &size)) != 0)
        return refused(work, __NR_getsockname, result);
    if ((result = ENTER3(__NR_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
        return refused(work, __NR_socket, result);
    work->ends[1] = (int)result;
    if ((result = ENTER3(__NR_connect, work->ends[1], &address, size)) != 0)
        return refused(work, __NR_connect, result);
    if ((result = ENTER4(__NR_accept4, work->other, 0, 0, SOCK_CLOEXEC)) < 0)
        return refused(work, __NR_accept4, result);
    work->ends[0] = (int)result;
    /* A message must not wait until the previous one is acknowledged. */
    result = ENTER5(__NR_setsockopt, work->ends[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return result == 0 ? 0 : refused(work, __NR_setsockopt, result);
}

static int run_sockets(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_sendto, ENTER6(__NR_sendto, work->ends[1], work->buffer, message, MSG_NOSIGNAL, 0, 0), message);
        CHECK(work, done, __NR_recvfrom, ENTER6(__NR_recvfrom, work->ends[0], work->buffer + message, message, 0, 0, 0), message);
    }
    return 0;
}

static void finish_sockets(struct work *work)
{
    /* The end that closes first leaves its port in TIME_WAIT. Close the accepted end first: its port is only the listener's. */
    close_file(&work->ends[0]);
    close_file(&work->ends[1]);
    close_file(&work->other);
}

const struct steps unix_steps = {.prepare = prepare_unix, .run = run_sockets, .finish = finish_sockets};
const struct steps tcp_steps = {.prepare = prepare_tcp, .run = run_sockets, .finish = finish_sockets};
