"""What is measured: so many connections, so many messages under way on each, so many bytes a message (of data, in a frame)."""
import collections

Case = collections.namedtuple("Case", "mode connections depth size")

CASES = [
    Case("echo", 50, 1, 64),
    Case("echo", 1000, 1, 64),
    Case("echo", 5000, 1, 64),
    Case("echo", 50, 32, 64),
    Case("echo", 8, 1, 65536),
    Case("connect", 64, 1, 64),
    Case("lines", 50, 1, 64),
    Case("lines", 50, 32, 64),
    Case("lines", 1000, 8, 64),
    Case("frames", 50, 1, 64),
    Case("frames", 50, 32, 64),
    Case("frames", 1000, 8, 64),
    Case("stream", 1, 512, 64),
]


def identity(case):
    """As --cases names it: echo:50x1x64, lines:50x32, frames:50x32, connect:64, stream:1."""
    if case.mode in ("connect", "stream"):
        return "%s:%d" % (case.mode, case.connections)
    size = "" if is_parsed(case) and case.size == 64 else "x%d" % case.size
    return "%s:%dx%d%s" % (case.mode, case.connections, case.depth, size)


def is_parsed(case):
    """Whether servers parse what they get. Nobody writes that in a C loop, so Netty is who they are compared with."""
    return case.mode in ("lines", "frames", "stream")


def title(case):
    """For people."""
    if case.mode == "connect":
        return "connect, ask, close: %d at a time" % case.connections
    if case.mode == "stream":
        return "lines one way: %d connection%s" % (case.connections, "" if case.connections == 1 else "s")
    size = "%d KiB" % (case.size // 1024) if case.size >= 1024 else "%d bytes" % case.size
    return "%s: %d connections x %d under way x %s" % (case.mode, case.connections, case.depth, size)


def server(case):
    """The kind of server that serves it: echo, lines, frames or stream."""
    return "echo" if case.mode == "connect" else case.mode


def chosen(words):
    """Cases by their modes (echo), their names (echo:50x1x64), or of any such form (lines:8x4, echo:10x1x1000)."""
    found = []
    for word in words:
        known = [c for c in CASES if word in (c.mode, identity(c))]
        found += [c for c in known or [_parse(word)] if c not in found]
    return found


def _parse(word):
    mode, _, numbers = word.partition(":")
    try:
        values = [int(n) for n in numbers.split("x")]
        if mode == "connect" and len(values) == 1:
            return Case(mode, values[0], 1, 64)
        if mode == "stream" and len(values) == 1:
            return Case(mode, values[0], 512, 64)
        if mode in ("lines", "frames") and len(values) in (2, 3) or mode == "echo" and len(values) == 3:
            return Case(mode, values[0], values[1], values[2] if len(values) == 3 else 64)
    except ValueError:
        pass
    raise SystemExit("bench: no case '%s'; there are %s, or any like them" % (word, ", ".join(identity(c) for c in CASES)))
