"""RPC servers under the load of h2load (nghttp2), and what each call costs them."""
import collections
import os
import re
import statistics
import struct
import subprocess
import time

Case = collections.namedtuple("Case", "label method connections streams calls")
CASES = [
    Case("unary, 8 connections x 32 calls", "Echo", 8, 32, 40_000),
    Case("unary, 8 connections x 1 call", "Echo", 8, 1, 16_000),
    Case("server stream of 100, 8 x 4", "Hundred", 8, 4, 1_500),
]
PEERS = [
    ("weft", "Weft", "WeftCalls", "0"),
    ("default", "grpc-java async, default executor", "GrpcJavaCalls", "0", "default"),
    ("virtual", "grpc-java async, virtual threads", "GrpcJavaCalls", "0", "virtual"),
    ("direct", "grpc-java async, directExecutor", "GrpcJavaCalls", "0", "direct"),
]
BASES = ("default", "direct", "virtual", "weft-other")


def request(folder, size=64):
    """A file with one message of gRPC: a flag, the length, and a Payload with so many bytes in field 1."""
    payload = b"\x0a" + bytes([size]) + b"x" * size
    path = os.path.join(folder, "request.bin")
    with open(path, "wb") as file:
        file.write(struct.pack(">BI", 0, len(payload)) + payload)
    return path


def cpu_seconds(pid):
    """User and system time of a process and all its threads: the clock that clock_getcpuclockid(3) would give."""
    return time.clock_gettime((~pid << 3) | 2)


class Failed(Exception):
    """The load did not do what it should have."""


def load(h2load, processors, port, case, calls, body):
    """Makes so many calls; the seconds that it took."""
    command = [h2load, "-n", str(calls), "-c", str(case.connections), "-m", str(case.streams), "-t", "1", "-d", body,
               "-H", "content-type: application/grpc", "-H", "te: trailers", "http://127.0.0.1:%d/weft.bench.Calls/%s" % (port, case.method)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          preexec_fn=lambda: processors.pin(processors.load))
    succeeded = re.search(r"requests: .* (\d+) succeeded", done.stdout)
    took = re.search(r"finished in ([\d.]+)(us|ms|s)", done.stdout)
    if done.returncode != 0 or not succeeded or int(succeeded[1]) != calls or not took:
        raise Failed("h2load on %s: %s" % (case.method, (done.stdout + done.stderr)[-400:]))
    return float(took[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[took[2]]


def measure(h2load, running, rounds, processors, folder, say):
    """By case and peer: seconds of CPU a call, calls a second, and bytes allocated a call, one of each a round."""
    body = request(folder)
    results = {}
    for case in CASES:
        for _ in range(4):
            for peer, server in running.items():
                load(h2load, processors, server.port, case, case.calls, body)
        rows = {peer: [] for peer in running}
        for n in range(rounds):
            turn = list(running) if n % 2 == 0 else list(reversed(running))
            for peer in turn:
                server = running[peer]
                allocated, before = server.allocated(), cpu_seconds(server.pid)
                took = load(h2load, processors, server.port, case, case.calls, body)
                cpu = cpu_seconds(server.pid) - before
                rows[peer].append((cpu / case.calls, case.calls / took, (server.allocated() - allocated) / case.calls))
            say("%s: round %d of %d" % (case.label, n + 1, rounds))
        results[case] = rows
    return results


def ratio(rows, peer, base):
    """The median, smallest and largest of the ratios within the rounds."""
    each = sorted(a[0] / b[0] for a, b in zip(rows[peer], rows[base]))
    return "%.2f (%.2f-%.2f)" % (statistics.median(each), each[0], each[-1])


def table(results, labels):
    lines = []
    for case, rows in results.items():
        bases = [b for b in BASES if b in rows]
        lines += ["", "**%s**" % case.label, "",
                  "| | CPU a call | allocated a call | calls/s | " + " | ".join("over %s" % b for b in bases) + " |", "| --- " * (4 + len(bases)) + "|"]
        for peer, measured in rows.items():
            lines.append("| %s | %.1f µs | %s B | %s | %s |" % (labels[peer], 1e6 * statistics.median(m[0] for m in measured),
                                                            "{:,.0f}".format(statistics.median(m[2] for m in measured)),
                                                            "{:,.0f}".format(statistics.median(m[1] for m in measured)),
                                                            " | ".join("1" if b == peer else ratio(rows, peer, b) for b in bases)))
    return "\n".join(lines[1:]) + "\n"
