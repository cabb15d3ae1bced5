"""One end of a queue over a socket, as socketlib's six classes are, on nothing but the standard library.

    socketlib_peer.py ROLE PORT [--count N] [--every SECONDS] [--end DELIMITER] [--encoding NAME] [--once]

ROLE is server-receiver, server-sender, server, client-receiver, client-sender or client. A server binds PORT, 0 for any, and prints "port N".
It prints "connected" and "lost" as connections come and go, and "got 'MESSAGE'" for each message, decoded, as a MessageLogger would.
Senders send each line of the standard input; with --every they send "message 1", "message 2" and so on instead, as a MessageGenerator would.
They stop when all lines are sent, receivers after --count messages; --once is reconnect=False. The last line is "Graceful shutdown".
It does not know that the other end is Java.
"""
import argparse
import queue
import socket
import sys
import threading
import time

PAUSE = 0.05


class Buffer:
    """The messages in what a socket receives."""

    def __init__(self, sock, end):
        self.sock = sock
        self.end = end
        self.rest = b""

    def get_msg(self):
        """The next message without its delimiter; None when the peer has gone, and what was not whole with it."""
        while self.end not in self.rest:
            try:
                octets = self.sock.recv(1024)
            except ConnectionError:
                octets = b""
            if not octets:
                return None
            self.rest += octets
        message, self.rest = self.rest.split(self.end, 1)
        return message


class Peer:
    """What all six have: two queues, two stop functions, and a connection that comes again."""

    def __init__(self, options):
        self.options = options
        self.end = options.end.encode().decode("unicode_escape").encode()
        self.to_send = queue.Queue()
        self.all_given = False
        self.received = 0
        self.receives = not options.role.endswith("-sender")
        self.sends = not options.role.endswith("-receiver")
        self.sock = None

    def stop_receive(self):
        return self.options.count is not None and self.received >= self.options.count

    def stop_send(self):
        return self.all_given and self.to_send.empty()

    def stops(self):
        return (not self.receives or self.stop_receive()) and (not self.sends or self.stop_send())

    def receive(self, sock):
        buffer = Buffer(sock, self.end)
        while not self.stop_receive():
            message = buffer.get_msg()
            if message is None:
                say("lost")
                sock.close()
                return
            self.received += 1
            say("got %r" % message.decode(self.options.encoding))

    def send(self, sock):
        while not self.stop_send():
            try:
                message = self.to_send.get(timeout=PAUSE)
            except queue.Empty:
                if sock.fileno() < 0:
                    return
                continue
            try:
                sock.sendall(message.encode(self.options.encoding) + self.end)
            except OSError:
                say("lost")
                return

    def run(self):
        while not self.stops():
            self.sock = self.connection()
            say("connected")
            loops = [threading.Thread(target=loop, args=(self.sock,), daemon=True)
                     for loop, wanted in ((self.receive, self.receives), (self.send, self.sends)) if wanted]
            for loop in loops:
                loop.start()
            for loop in loops:
                loop.join()
            self.sock.close()
            if self.options.once:
                break
        say("Graceful shutdown")


class Server(Peer):
    """Waits for one client after the other."""

    def __init__(self, options):
        super().__init__(options)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", options.port))
        self.listener.listen()
        say("port %d" % self.listener.getsockname()[1])

    def connection(self):
        return self.listener.accept()[0]


class Client(Peer):
    """Goes to its server, again and again."""

    def connection(self):
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.options.port))
            except ConnectionError:
                time.sleep(PAUSE)


def say(line):
    print(line, flush=True)


def lines(peer):
    for line in sys.stdin:
        peer.to_send.put(line.rstrip("\n"))
    peer.all_given = True


def generate(peer):
    number = 0
    while True:
        number += 1
        peer.to_send.put("message %d" % number)
        time.sleep(peer.options.every)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("role")
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int)
    parser.add_argument("--every", type=float)
    parser.add_argument("--end", default="\\r\\n")
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    peer = (Server if options.role.startswith("server") else Client)(options)
    threading.Thread(target=generate if options.every else lines, args=(peer,), daemon=True).start()
    peer.run()


main()
