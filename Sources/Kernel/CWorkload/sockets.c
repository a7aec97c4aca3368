/* Both ends of a connection, in one thread. */
#include "work.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { message = 64 };

static int prepare_unix(struct work *work)
{
    long result = ENTER4(__NR_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, work->ends);

    return result == 0 ? 0 : refused(work, __NR_socketpair, result);
}

/* A socket that listens, and its address, which the kernel chooses. */
struct listener {
    union {
        struct sockaddr any;
        struct sockaddr_in tcp;
        struct sockaddr_un local;
    } address;
    unsigned size;
};

/* Of the case that runs. */
static struct listener listener;

static int listening(struct work *work, int family, unsigned size)
{
    long result;

    if ((result = ENTER3(__NR_socket, family, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
        return refused(work, __NR_socket, result);
    work->other = (int)result;
    if ((result = ENTER3(__NR_bind, work->other, &listener.address, size)) != 0)
        return refused(work, __NR_bind, result);
    if ((result = ENTER2(__NR_listen, work->other, 16)) != 0)
        return refused(work, __NR_listen, result);
    listener.size = sizeof(listener.address);
    result = ENTER3(__NR_getsockname, work->other, &listener.address, &listener.size);
    return result == 0 ? 0 : refused(work, __NR_getsockname, result);
}

/* On any free port. */
static int listening_tcp(struct work *work)
{
    listener = (struct listener){.address.tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    return listening(work, AF_INET, sizeof(listener.address.tcp));
}

/* Under a name outside the file system. */
static int listening_unix(struct work *work)
{
    listener = (struct listener){.address.local = {.sun_family = AF_UNIX}};
    return listening(work, AF_UNIX, sizeof(listener.address.local.sun_family));
}

/* A connection to a socket of our own. */
static int prepare_tcp(struct work *work)
{
    int on = 1;
    long result;

    if (listening_tcp(work) != 0)
        return -1;
    if ((result = ENTER3(__NR_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
        return refused(work, __NR_socket, result);
    work->ends[1] = (int)result;
    if ((result = ENTER3(__NR_connect, work->ends[1], &listener.address, listener.size)) != 0)
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

/* Messages of several parts. */

enum { parts = 4 };

static int run_messages(struct work *work, unsigned long times)
{
    struct iovec sent[parts], received[parts];
    struct msghdr out = {.msg_iov = sent, .msg_iovlen = parts}, in = {.msg_iov = received, .msg_iovlen = parts};
    unsigned char *source = work->buffer, *target = work->buffer + BUFFER_BYTES / 2;

    for (int part = 0; part < parts; part++) {
        sent[part] = (struct iovec){source + part * message, message / parts};
        received[part] = (struct iovec){target + part * message, message / parts};
    }
    memset(source, 'm', parts * message);
    memset(target, 0, parts * message);
    for (unsigned long done = 0; done < times; done++) {
        CHECK(work, done, __NR_sendmsg, ENTER3(__NR_sendmsg, work->ends[1], &out, MSG_NOSIGNAL), message);
        CHECK(work, done, __NR_recvmsg, ENTER3(__NR_recvmsg, work->ends[0], &in, 0), message);
    }
    return times == 0 || target[(parts - 1) * message + message / parts - 1] == 'm' ? 0 : ineffective(work, __NR_recvmsg);
}

const struct steps unix_message_steps = {.prepare = prepare_unix, .run = run_messages, .finish = finish_sockets};

/* Connections that are made and closed. Both ends are closed by one call: the second descriptor follows the first. */

INLINE int meet(struct work *work, long end, unsigned long done)
{
    long other;

    CHECK(work, done, __NR_connect, ENTER3(__NR_connect, end, &listener.address, listener.size), 0);
    other = ENTER4(__NR_accept4, work->other, 0, 0, SOCK_CLOEXEC);
    if (other != end + 1)
        return wrong(work, __NR_accept4, other, end + 1, done);
    CHECK(work, done, __NR_close_range, ENTER3(__NR_close_range, end, other, 0), 0);
    return 0;
}

static int run_unix_connect(struct work *work, unsigned long times)
{
    for (unsigned long done = 0; done < times; done++) {
        long end = ENTER3(__NR_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (end < 0)
            return wrong(work, __NR_socket, end, 0, done);
        if (meet(work, end, done) != 0)
            return -1;
    }
    return 0;
}

/* The end that connects is reset when it is closed: an orderly end would hold its port for a minute. */
static int run_tcp_connect(struct work *work, unsigned long times)
{
    const struct linger at_once = {.l_onoff = 1};

    for (unsigned long done = 0; done < times; done++) {
        long end = ENTER3(__NR_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (end < 0)
            return wrong(work, __NR_socket, end, 0, done);
        CHECK(work, done, __NR_setsockopt, ENTER5(__NR_setsockopt, end, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
        if (meet(work, end, done) != 0)
            return -1;
    }
    return 0;
}

const struct steps unix_connect_steps = {.prepare = listening_unix, .run = run_unix_connect, .finish = finish_sockets};
const struct steps tcp_connect_steps = {.prepare = listening_tcp, .run = run_tcp_connect, .finish = finish_sockets};
