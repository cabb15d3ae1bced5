"""What a connection costs that does nothing: heap after a full collection, and memory as a whole."""
import select
import subprocess
import time

import load
import peers as who
from cases import Case

IDLE_SECONDS = 120
WARM_SECONDS = 2


class Resting:
    """Connections that were answered once and now rest, until closed."""

    def __init__(self, programs, processors, server, kind, connections):
        mode = "idle" if kind == "echo" else "idle-lines"
        command = programs.load(mode, server.port, connections, 1, 64, IDLE_SECONDS, 0, 0)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                         preexec_fn=lambda: processors.pin(processors.load))
        if not select.select([self._process.stdout], [], [], load.SLACK_SECONDS)[0] or self._process.stdout.readline() != "idle\n":
            self._process.kill()
            raise load.Failed(self._process.communicate()[1].strip() or "the connections were not all answered in %d s" % load.SLACK_SECONDS)
        time.sleep(0.5)  # what the servers still do after the last answer is theirs to finish

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()


def measure(peers, connections, programs, processors, logs):
    """{peer: {kind: (heap, resident) bytes a connection}}, and why somebody is missing. One server at a time."""
    results, missing = {}, {}
    for peer in peers:
        for kind in ("lines", "echo"):
            if peer.family == "c" or getattr(peer, kind) is None:
                continue
            try:
                server = who.Running(peer, kind, programs, processors, logs)
            except who.NotStarted as e:
                missing[peer.label] = str(e)
                print("left out: %s: %s" % (peer.label, e), flush=True)
                break
            try:
                print("%s, %s" % (peer.label, kind), flush=True)
                results.setdefault(peer, {})[kind] = _one(programs, processors, server, kind, connections)
            except (load.Failed, who.NotStarted, OSError) as e:
                missing[peer.label] = "%s: %s" % (kind, e)
                print("failed: %s, %s: %s" % (peer.label, kind, e), flush=True)
            finally:
                server.stop()
    return results, missing


def _one(programs, processors, server, kind, connections):
    # As in a server that has run for a while: pools are made, and what is parked are compiled frames, which are smaller.
    load.run(programs, processors, server, Case(kind, 50, 1, 64), WARM_SECONDS, 0)
    Resting(programs, processors, server, kind, connections).close()
    time.sleep(0.5)
    heap, resident = server.heap(), server.resident()
    resting = Resting(programs, processors, server, kind, connections)
    try:
        return (server.heap() - heap) / connections, (server.resident() - resident) / connections
    finally:
        resting.close()


def document(results, connections, machine, notes):
    lines = ["# Idle connections", "",
             "%s. %s connections, each answered once and then waiting, after as many others and a load; heap after a full collection, less what "
             "it was before; resident memory counts pages that the heap once used, too." % (machine, "{:,}".format(connections)), ""]
    lines += [line for note in notes for line in (note, "")]
    lines += ["| KiB a connection | heap, lines | heap, echo | resident, lines | resident, echo |", "| --- | ---: | ---: | ---: | ---: |"]
    for peer, kinds in results.items():
        cells = ["%.2f" % (kinds[kind][what] / 1024) if kind in kinds else "-" for what in (0, 1) for kind in ("lines", "echo")]
        lines.append("| %s | %s |" % (peer.label, " | ".join(cells)))
    return "\n".join(lines) + "\n"
