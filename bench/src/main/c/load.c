/*
 * A closed-loop load: so many connections, each with so many messages under way, a new one for each that is answered.
 *
 *     load MODE PORT CONNECTIONS DEPTH SIZE SECONDS WARM PID
 *
 * MODE     echo: the answer is the message; lines: it is the message in upper case, and ends in LF;
 *          frames: a Pruina frame with SIZE bytes of data, whose answer has the same id and data under another type;
 *          connect: a connection sends one message, is answered, closes, and another takes its place;
 *          idle, idle-lines: every connection is answered once, as echo or lines, and then rests until standard input or SECONDS end;
 *          prints "idle" when all rest;
 *          stream: messages that end in CR LF, as many as the server takes, and no answers; when SECONDS are over each connection ends its half and waits
 *          for the server to end its own, so that all have been read; WARM has no meaning, and latency is none
 * WARM     seconds before the measured SECONDS
 * PID      the server's process, whose CPU time is taken at both ends of the measured time; 0: none
 *
 * Prints one line of JSON: messages, seconds, cpu_ns, p50_us, p99_us. The first answer of every connection is compared byte by byte.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum {
    EVENTS = 512,
    BUFFER = 256 * 1024,
    SOURCES = 64,           /* 127.0.0.2 to .65: one address has some 28,000 ports, and a closed connection keeps its own for a minute */
    BUCKETS = 1000 * 1000,  /* of a microsecond; slower answers count as the slowest */
    GIVE_UP = 20,           /* seconds without any event */
    HEADER = 6,             /* bytes of a Pruina frame before its body */
    MOST_AROUND = 32,       /* bytes of one around its data, at most */
    CLIENT_MSG = 1100892588, SERVER_RESPONSE = 931151998,  /* types as numbers, which have five bytes each */
};

struct connection {
    int fd;
    int checked;            /* whether the first answer has come and was right */
    size_t received;        /* bytes of the answer that is coming */
    size_t unsent;          /* bytes that the server has not taken yet */
    size_t offset;          /* where in a message the unsent bytes begin */
    uint64_t *sent;         /* when each message under way was sent, in a ring */
    int oldest;
};

static int connections, depth;
static size_t size;
static struct sockaddr_in server = {.sin_family = AF_INET};
static char *messages, *expected, *buffer;
static uint32_t histogram[BUCKETS];
static uint64_t answered;
static int loop, next_source;

static void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "wrong");
    exit(1);
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* All CPU time of a process, threads that have ended included. */
static uint64_t cpu_of(int pid)
{
    clockid_t clock;
    struct timespec t;
    if (pid == 0)
        return 0;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        fail("cannot read the server's CPU time");
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static size_t varint(char *to, uint32_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        to[n++] = value | 0x80;
    to[n++] = value;
    return n;
}

/* The magic, the body's length, big-endian, and a body in protobuf's manner: id, type and data. Returns its size. */
static size_t frame(char *to, uint32_t type, const char *data, size_t n)
{
    size_t end = HEADER;
    to[end++] = 0x08;
    to[end++] = 1;
    to[end++] = 0x10;
    end += varint(to + end, type);
    to[end++] = 0x1a;
    end += varint(to + end, n);
    memcpy(to + end, data, n);
    end += n;
    uint32_t length = htonl(end - HEADER);
    memcpy(to, "<W", 2);
    memcpy(to + 2, &length, sizeof length);
    return end;
}

/* Fills one message and its answer, which are equally long. */
static void compose(const char *mode)
{
    int upper = strcmp(mode, "lines") == 0 || strcmp(mode, "idle-lines") == 0;
    size_t n = size;
    for (size_t i = 0; i < n; i++)
        messages[i] = i == n - 1 ? '\n' : 'a' + i % 26;
    if (strcmp(mode, "stream") == 0)
        messages[n - 2] = '\r';
    for (size_t i = 0; i < n; i++)
        expected[i] = upper ? toupper(messages[i]) : messages[i];
    if (strcmp(mode, "frames") == 0) {
        char *data = memcpy(buffer, messages, n);
        size = frame(messages, CLIENT_MSG, data, n);
        frame(expected, SERVER_RESPONSE, data, n);
    }
}

static void dial(struct connection *c)
{
    int one = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + next_source);
    next_source = (next_source + 1) % SOURCES;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0)
        fail("socket");
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(c->fd, (struct sockaddr *) &source, sizeof source) < 0)
        fail("cannot bind a source address");
    if (connect(c->fd, (struct sockaddr *) &server, sizeof server) < 0)
        fail("cannot connect");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &event) < 0)
        fail("epoll_ctl");
    c->checked = 0;
    c->received = 0;
    c->unsent = 0;
    c->offset = 0;
}

static void want(struct connection *c, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &event) < 0)
        fail("epoll_ctl");
}

/* Sends so many more bytes; while the server takes no more, it waits for room and goes on reading. */
static void push(struct connection *c, size_t more)
{
    int waited = c->unsent > 0;
    c->unsent += more;
    while (c->unsent > 0) {
        ssize_t n = send(c->fd, messages + c->offset, c->unsent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            if (errno != EAGAIN)
                fail("cannot send");
            if (!waited)
                want(c, EPOLLIN | EPOLLOUT);
            return;
        }
        c->unsent -= n;
        c->offset = (c->offset + n) % size;
    }
    if (waited)
        want(c, EPOLLIN);
}

static void start(struct connection *c)
{
    uint64_t t = now();
    for (int i = 0; i < depth; i++)
        c->sent[i] = t;
    c->oldest = 0;
    push(c, depth * size);
}

static void check(struct connection *c, const char *bytes, size_t n)
{
    size_t first = c->received + n < size ? n : size - c->received;
    errno = 0;
    if (memcmp(bytes, expected + c->received, first) != 0)
        fail("the first answer");
    c->checked = c->received + n >= size;
}

/* Takes what has come; returns how many answers are complete. */
static size_t take(struct connection *c)
{
    ssize_t n = recv(c->fd, buffer, BUFFER, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0) {
        if (n == 0)
            errno = ECONNRESET;
        fail("the server has ended a connection");
    }
    if (!c->checked)
        check(c, buffer, n);
    size_t complete = (c->received + n) / size;
    c->received = (c->received + n) % size;
    return complete;
}

static void count(struct connection *c, uint64_t t)
{
    uint64_t us = (t - c->sent[c->oldest]) / 1000;
    histogram[us < BUCKETS ? us : BUCKETS - 1]++;
    c->sent[c->oldest] = t;
    if (++c->oldest == depth)
        c->oldest = 0;
    answered++;
}

static void again(struct connection *c)
{
    size_t complete = take(c);
    if (complete == 0)
        return;
    uint64_t t = now();
    for (size_t i = 0; i < complete; i++)
        count(c, t);
    push(c, complete * size);
}

static void reconnect(struct connection *c)
{
    if (take(c) == 0)
        return;
    uint64_t t = now();
    count(c, t);
    close(c->fd);
    c->sent[0] = t;
    dial(c);
    push(c, size);
}

static unsigned percentile(double share)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++)
        if ((seen += histogram[i]) >= answered * share && seen > 0)
            return i;
    return 0;
}

static void measure(struct connection *all, int reconnecting, double seconds, double warm, int pid)
{
    for (int i = 0; i < connections; i++)
        start(&all[i]);
    uint64_t begin = now() + warm * 1e9, end = begin + seconds * 1e9, began = 0, cpu = 0, t;
    uint64_t last = now();
    struct epoll_event events[EVENTS];
    while ((t = now()) < end || !began) {
        if (!began && t >= begin) {
            memset(histogram, 0, sizeof histogram);
            answered = 0;
            cpu = cpu_of(pid);
            began = now();
            end = began + seconds * 1e9;
        }
        int n = epoll_wait(loop, events, EVENTS, 10);
        if (n > 0)
            last = t;
        else if (t - last > GIVE_UP * 1000000000ull) {
            errno = ETIMEDOUT;
            fail("the server does not answer");
        }
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT)
                push(c, 0);
            if (events[i].events & ~EPOLLOUT) {
                if (reconnecting)
                    reconnect(c);
                else
                    again(c);
            }
        }
    }
    cpu = cpu_of(pid) - cpu;
    double took = (now() - began) / 1e9;
    printf("{\"messages\": %llu, \"seconds\": %.6f, \"cpu_ns\": %llu, \"p50_us\": %u, \"p99_us\": %u}\n",
           (unsigned long long) answered, took, (unsigned long long) cpu, percentile(0.5), percentile(0.99));
}

/* Sends whole messages until the time is over, then waits until the server has read them all. */
static void pour(struct connection *all, double seconds, int pid)
{
    uint64_t cpu = cpu_of(pid), began = now(), end = began + seconds * 1e9, sent = 0;
    struct timeval patience = {.tv_sec = GIVE_UP};
    while (now() < end)
        for (int i = 0; i < connections; i++)
            for (size_t left = depth * size; left > 0;) {
                ssize_t n = send(all[i].fd, messages + depth * size - left, left, MSG_NOSIGNAL);
                if (n < 0)
                    fail("cannot send");
                left -= n;
                if (left == 0)
                    sent += depth;
            }
    for (int i = 0; i < connections; i++)
        shutdown(all[i].fd, SHUT_WR);
    for (int i = 0; i < connections; i++) {
        setsockopt(all[i].fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (recv(all[i].fd, buffer, 1, 0) != 0)
            fail("the server has not ended its half");
    }
    cpu = cpu_of(pid) - cpu;
    printf("{\"messages\": %llu, \"seconds\": %.6f, \"cpu_ns\": %llu, \"p50_us\": 0, \"p99_us\": 0}\n",
           (unsigned long long) sent, (now() - began) / 1e9, (unsigned long long) cpu);
}

static void rest(struct connection *all, double seconds)
{
    struct epoll_event event;
    for (int i = 0; i < connections; i++) {
        start(&all[i]);
        while (take(&all[i]) == 0)
            if (epoll_wait(loop, &event, 1, GIVE_UP * 1000) <= 0) {
                errno = ETIMEDOUT;
                fail("the server does not answer");
            }
    }
    printf("idle\n");
    fflush(stdout);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    poll(&input, 1, seconds * 1000);
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        fprintf(stderr, "usage: load echo|lines|frames|connect|stream|idle|idle-lines PORT CONNECTIONS DEPTH SIZE SECONDS WARM PID\n");
        return 2;
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    const char *mode = argv[1];
    int reconnecting = strcmp(mode, "connect") == 0;
    int idle = strncmp(mode, "idle", 4) == 0;
    server.sin_port = htons(atoi(argv[2]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connections = atoi(argv[3]);
    depth = reconnecting ? 1 : atoi(argv[4]);
    size = atoi(argv[5]);
    messages = malloc((depth + 1) * (size + MOST_AROUND));
    expected = malloc(size + MOST_AROUND);
    buffer = malloc(BUFFER);
    struct connection *all = calloc(connections, sizeof *all);
    if (connections < 1 || depth < 1 || size < 1 || size > BUFFER || !messages || !expected || !buffer || !all)
        fail("arguments");
    compose(mode);
    for (int i = 1; i <= depth; i++)
        memcpy(messages + i * size, messages, size);
    loop = epoll_create1(0);
    for (int i = 0; i < connections; i++) {
        all[i].sent = calloc(depth, sizeof *all[i].sent);
        dial(&all[i]);
    }
    if (idle)
        rest(all, atof(argv[6]));
    else if (strcmp(mode, "stream") == 0)
        pour(all, atof(argv[6]), atoi(argv[8]));
    else
        measure(all, reconnecting, atof(argv[6]), atof(argv[7]), atoi(argv[8]));
    return 0;
}
