/*
 * echo_server SOCKET CONNECTIONS REQUESTS: a server that forks for every connection, and a client in a process of its own
 * that makes so many connections one after the other, each with so many requests of 32 bytes. With C connections and R
 * requests each: accept4 C, connect C, fork C + 1, sendto 2 C R, recvfrom C R in the client and C (R + 1) in the server,
 * whose last one in each connection returns 0. Prints nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE 32

static void require(int condition)
{
    if (!condition)
        abort();
}

static void serve(int connection)
{
    char buffer[MESSAGE];

    for (;;) {
        ssize_t size = recv(connection, buffer, sizeof(buffer), 0);

        require(size == 0 || size == MESSAGE);
        if (size == 0)
            _exit(0);
        require(send(connection, buffer, MESSAGE, 0) == MESSAGE);
    }
}

static void ask(const struct sockaddr_un *address, int connections, int requests)
{
    char buffer[MESSAGE] = "are you there?";

    for (int i = 0; i < connections; i++) {
        int connection = socket(AF_UNIX, SOCK_STREAM, 0);

        require(connect(connection, (const struct sockaddr *)address, sizeof(*address)) == 0);
        for (int j = 0; j < requests; j++) {
            require(send(connection, buffer, MESSAGE, 0) == MESSAGE);
            require(recv(connection, buffer, MESSAGE, 0) == MESSAGE);
        }
        close(connection);
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    int connections, requests;

    require(argc == 4 && strlen(argv[1]) < sizeof(address.sun_path));
    connections = atoi(argv[2]);
    requests = atoi(argv[3]);
    strcpy(address.sun_path, argv[1]);
    unlink(argv[1]);
    require(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 128) == 0);
    if (fork() == 0)
        ask(&address, connections, requests);
    for (int i = 0; i < connections; i++) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        require(connection >= 0);
        if (fork() == 0)
            serve(connection);
        close(connection);
    }
    for (int i = 0; i <= connections; i++) {
        int status;

        require(wait(&status) > 0 && status == 0);
    }
    return 0;
}
