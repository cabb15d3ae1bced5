"""One end of the document's first example, on nothing but the standard library.

    pruina_peer.py server [PIECE]               binds a free port, prints "port N", answers each "client msg" with "server response"
    pruina_peer.py client PORT PIECE TEXT...    sends each text as a "client msg", all in one segment, prints the responses

It reads at most PIECE bytes at a time, and does not know that the other end is Java.
"""
import socket
import struct
import sys

MAGIC = b"<W"
MASK = 0x7FFFFFFF
WORD = 0xFFFFFFFFFFFFFFFF


def number(name):
    """What stands for a name on the wire."""
    value = 0
    for character in name:
        value = value * 31 + ord(character)
    return value & MASK


def varint(value):
    value &= WORD
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def frame(ident, kind, payload, stream=0):
    """The frame of a message; what is zero or empty is left out."""
    body = b""
    if ident:
        body += b"\x08" + varint(ident)
    if kind:
        body += b"\x10" + varint(kind)
    if payload:
        body += b"\x1a" + varint(len(payload)) + payload
    if stream:
        body += b"\x20" + varint(stream)
    return MAGIC + struct.pack(">I", len(body)) + body


class Body:
    """Reads the fields of a body."""

    def __init__(self, octets):
        self.octets = octets
        self.at = 0
        self.fields = {1: 0, 2: 0, 3: b"", 4: 0}

    def varint(self):
        value = shift = 0
        while True:
            octet = self.octets[self.at]
            self.at += 1
            value |= (octet & 127) << shift
            shift += 7
            if octet < 128:
                return value & WORD

    def read(self):
        while self.at < len(self.octets):
            field, wire = divmod(self.varint(), 8)
            if wire == 0:
                value = self.varint()
                self.fields[field] = value - (WORD + 1) if value >> 63 else value
            elif wire == 2:
                length = self.varint()
                self.fields[field] = self.octets[self.at:self.at + length]
                self.at += length
            else:
                raise ValueError("wire type %d" % wire)
        return self.fields


def messages(connection, piece):
    """Each message's fields, until the other end has ended."""
    unread = b""
    while True:
        if len(unread) >= 6:
            if unread[:2] != MAGIC:
                raise ValueError("no magic: %r" % unread[:6])
            end = 6 + struct.unpack(">I", unread[2:6])[0]
            if len(unread) >= end:
                yield Body(unread[6:end]).read()
                unread = unread[end:]
                continue
        more = connection.recv(piece)
        if not more:
            if unread:
                raise EOFError("%d bytes of a frame" % len(unread))
            return
        unread += more


def say(text):
    print(text, flush=True)


def serve(piece):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say("port %d" % listener.getsockname()[1])
        connection, _ = listener.accept()
        with connection:
            for fields in messages(connection, piece):
                if fields[2] == number("client msg"):
                    say("server: get '%s'" % fields[3].decode())
                    connection.sendall(frame(fields[1], number("server response"), fields[3]))
                else:
                    say("server: unknown type %d" % fields[2])
    say("server: the end")


def call(port, piece, texts):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"".join(frame(0, number("client msg"), text.encode()) for text in texts))
        answers = messages(connection, piece)
        for _ in texts:
            fields = next(answers)
            if fields[2] != number("server response"):
                raise ValueError("type %d" % fields[2])
            say("client: get '%s'" % fields[3].decode())
        connection.shutdown(socket.SHUT_WR)
        for fields in answers:
            say("client: one too many: %r" % fields)
    say("client: the end")


if sys.argv[1] == "server":
    serve(int(sys.argv[2]))
else:
    call(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
