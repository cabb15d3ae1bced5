"""The load generator, run once against one server."""
import collections
import json
import subprocess

Sample = collections.namedtuple("Sample", "cpu rate p50 p99")
SLACK_SECONDS = 60


class Failed(Exception):
    """The load could not do its work; its message says why."""


def run(programs, processors, server, case, seconds, warm):
    """CPU microseconds of the server a message, messages a second, and latencies in microseconds."""
    command = programs.load(case.mode, server.port, case.connections, case.depth, case.size, seconds, warm, server.pid)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + warm + SLACK_SECONDS,
                              preexec_fn=lambda: processors.pin(processors.load))
    except subprocess.TimeoutExpired:
        raise Failed("no end after %d s" % (seconds + warm + SLACK_SECONDS))
    if done.returncode != 0:
        raise Failed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "exit code %d" % done.returncode)
    figures = json.loads(done.stdout)
    if figures["messages"] == 0:
        raise Failed("no message was answered")
    return Sample(figures["cpu_ns"] / 1000 / figures["messages"], figures["messages"] / figures["seconds"], figures["p50_us"], figures["p99_us"])
