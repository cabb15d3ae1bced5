/*
 * The floor: an echo server as one epoll loop, on one thread, with nothing around it.
 *
 *     echo [PORT]        on 127.0.0.1; 0, the default, picks a port
 *
 * Prints "listening PORT", and ends when its standard input does, so that it never outlives who started it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, EVENTS = 512, DESCRIPTORS = 1 << 17 };

/* What a peer did not take yet; usually nothing. Indexed by descriptor. */
static struct { char *bytes; size_t size; } rest[DESCRIPTORS];
static int loop;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(loop, operation, fd, &event) < 0)
        fail("epoll_ctl");
}

static void drop(int fd)
{
    free(rest[fd].bytes);
    rest[fd].bytes = NULL;
    close(fd);
}

/* Writes; keeps what is not taken, and reads no more from that peer until it is. Returns -1 when the peer is gone. */
static int answer(int fd, char *bytes, size_t size)
{
    ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
    if (n == (ssize_t) size)
        return 0;
    if (n < 0) {
        if (errno != EAGAIN)
            return -1;
        n = 0;
    }
    char *kept = malloc(size - n);
    if (!kept)
        fail("malloc");
    memcpy(kept, bytes + n, size - n);
    rest[fd].bytes = kept;
    rest[fd].size = size - n;
    return 1;
}

static void writable(int fd)
{
    char *bytes = rest[fd].bytes;
    int left = answer(fd, bytes, rest[fd].size);
    free(bytes);
    if (left < 0) {
        rest[fd].bytes = NULL;
        drop(fd);
    } else if (left == 0) {
        rest[fd].bytes = NULL;
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

static void readable(int fd)
{
    static char buffer[BUFFER];
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN)
        return;
    int left = n <= 0 ? -1 : answer(fd, buffer, n);
    if (left < 0)
        drop(fd);
    else if (left > 0)
        watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void accept_one(int listener)
{
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (fd >= DESCRIPTORS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *) &address, sizeof address) < 0 || listen(listener, 4096) < 0)
        fail("cannot listen on 127.0.0.1");
    getsockname(listener, (struct sockaddr *) &address, &length);
    loop = epoll_create1(0);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);

    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_one(listener);
            else if (fd == STDIN_FILENO)
                return 0;
            else if (rest[fd].bytes)
                writable(fd);
            else
                readable(fd);
        }
    }
}
