"""Who is measured: each peer's servers, and a running one."""
import collections
import os
import re
import select
import subprocess
import sys

import machine

# The same for every JVM. Netty makes use of sun.misc.Unsafe where it may, and its leak detector and its checks of each access are what
# its own users turn off when they measure.
JVM = [
    "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
    "-Dio.netty.leakDetection.level=disabled", "-Dio.netty.buffer.checkBounds=false", "-Dio.netty.buffer.checkAccessible=false",
]
START_SECONDS = 30
PYTHON = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src", "main", "python")

Peer = collections.namedtuple("Peer", "id label family echo lines frames stream classpath", defaults=(None, None, None))


def _weft(transport):
    option = "-Dweft.transport=" + transport
    return Peer("weft-" + transport, "Weft " + transport, "weft", (option, "WeftEcho", "0"), (option, "WeftLines", "0"),
                (option, "WeftFrames", "0"), (option, "WeftStream", "0"))


def _netty(transport):
    return Peer("netty-" + transport, "Netty " + transport, "netty", ("NettyEcho", "0", transport), ("NettyLines", "0", transport),
                ("NettyFrames", "0", transport), ("NettyStream", "0", transport))


def _netty_pooled(transport):
    option = "-Dio.netty.allocator.type=pooled"
    return Peer("netty-pooled", "Netty %s, pooled" % transport, "netty",
                (option, "NettyEcho", "0", transport), (option, "NettyLines", "0", transport), (option, "NettyFrames", "0", transport))


PEERS = [
    Peer("c", "C epoll loop", "c", ("echo", "0"), None),
    _weft("epoll"),
    _weft("io_uring"),
    _weft("nio"),
    Peer("weft-messages", "Weft epoll, messages", "weft", None, ("-Dweft.transport=epoll", "WeftMessages", "0")),
    Peer("weft-text", "Weft epoll, strings", "weft", None, ("-Dweft.transport=epoll", "WeftLines", "0", "text")),
    Peer("jdk", "JDK sockets", "jdk", ("JdkEcho", "0"), ("JdkLines", "0")),
    _netty("epoll"),
    _netty_pooled("epoll"),
    Peer("netty-queue", "Netty epoll, queue", "netty-queue", None, None, None, ("NettyStream", "0", "epoll", "queue")),
    Peer("python", "Python, queue", "python", None, None, None, ("stream.py", "0")),
    Peer("netty-codecs", "Netty epoll, own codecs", "netty", None, None, ("NettyCodecs", "0", "epoll")),
    _netty("io_uring"),
    _netty("nio"),
]


def with_other(peers, lib):
    """These peers, and after each of Weft's the same one of another build, whose bench/target/lib this is; only these peers without one."""
    if not lib:
        return peers
    if not os.path.exists(os.path.join(lib, "weft-bench.jar")):
        sys.exit("bench: %s holds no jars of Weft; give the folder bench/target/lib of another build" % lib)
    found = []
    for peer in peers:
        found.append(peer)
        if peer.id.startswith("weft"):
            found.append(peer._replace(id=peer.id + "-other", label=peer.label + ", other build", family="other", classpath=os.path.join(lib, "*")))
    return found


class NotStarted(Exception):
    """A server that can't be had here; its message says why."""


class Programs:
    """How the programs of this module are run: what was built, and by which Java."""

    def __init__(self, jdk, classpath, c):
        self._java = [os.path.join(jdk, "bin", "java")] + JVM
        self._classpath = classpath
        self.c = c

    def java(self, arguments, classpath=None):
        """A command for options, the name of a class of this module, and its arguments; with the jars of this build unless others are given."""
        options = [a for a in arguments if a.startswith("-")]
        rest = [a for a in arguments if not a.startswith("-")]
        return self._java + options + ["-cp", classpath or self._classpath, "dev.weft.bench." + rest[0]] + rest[1:]

    def server(self, peer, kind):
        arguments = getattr(peer, kind)
        if peer.family == "python":
            return [sys.executable, os.path.join(PYTHON, arguments[0]), *arguments[1:]]
        if peer.family != "c":
            return self.java(arguments, peer.classpath)
        if "echo" not in self.c:
            raise NotStarted("there is no C compiler (gcc)")
        return [self.c["echo"], *arguments[1:]]

    def load(self, *arguments):
        arguments = [str(a) for a in arguments]
        return [self.c["load"]] + arguments if "load" in self.c else self.java(["Load"] + arguments)


class Running:
    """A server that listens. It ends with its standard input, so also when this program is killed."""

    def __init__(self, peer, kind, programs, processors, logs):
        self.peer = peer
        command = programs.server(peer, kind)
        log = os.path.join(logs, "%s-%s.log" % (peer.id, kind))
        with open(log, "w") as errors:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                                             preexec_fn=lambda: processors.pin(processors.server))
        self.pid = self._process.pid
        answer = self._line(START_SECONDS)
        if not answer.startswith("listening "):
            self.stop()
            raise NotStarted(_reason(log) or "it did not listen after %d s" % START_SECONDS)
        self.port = int(answer.split()[1])

    def _line(self, seconds):
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            return ""
        return self._process.stdout.readline()

    def heap(self):
        """Bytes in use after a full collection."""
        self._process.stdin.write("heap\n")
        self._process.stdin.flush()
        answer = self._line(60)
        if not answer.startswith("heap "):
            raise NotStarted("it did not say how full its heap is, but: " + answer.strip())
        return int(answer.split()[1])

    def allocated(self):
        """Bytes that all threads of a JVM have asked for since it started."""
        self._process.stdin.write("allocated\n")
        self._process.stdin.flush()
        return int(self._line(60).split()[1])

    def resident(self):
        """Bytes in memory, whatever they are used for (proc(5), VmRSS)."""
        with open("/proc/%d/status" % self.pid) as status:
            return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def stop(self):
        try:
            self._process.stdin.close()
        except OSError:
            pass  # it has ended, and the pipe with it
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _reason(log):
    """What a JVM said last before its stack trace: the innermost cause."""
    with open(log) as errors:
        said = [line.strip() for line in errors if not line.startswith(("\t", " "))]
    causes = [line for line in said if line.startswith(("Exception in thread", "Caused by: "))] or said[-1:]
    return re.sub(r'^(Exception in thread "[^"]*" |Caused by: )?([\w.$]+(Exception|Error): )?', "", causes[-1]) if causes else ""


def start(peers, kind, programs, processors, logs):
    """Those of the peers that have such a server and can be started, and why the others can't, by name."""
    running, missing = [], {}
    try:
        for peer in peers:
            if getattr(peer, kind) is None:
                continue
            try:
                running.append(Running(peer, kind, programs, processors, logs))
            except NotStarted as e:
                missing[peer.label] = str(e)
                print("left out: %s: %s" % (peer.label, e), flush=True)
    except BaseException:
        stop(running)
        raise
    return running, missing


def stop(running):
    for server in running:
        server.stop()
