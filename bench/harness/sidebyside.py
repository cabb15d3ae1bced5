"""The measurement: rounds in which every server has its turn, so that whatever else the machine does hits all of them alike."""
import sys

import cases as which
import load
import peers as who

WARM_TURNS = 10
ROUND_WARM = 0.15  # seconds; by then every connection stands and is in its stride


class Results:
    """Samples by case and peer, one a round or None; the peers in the order of their table; why somebody is missing."""

    def __init__(self):
        self.samples = {}
        self.missing = {}

    def of(self, case):
        """{peer: [sample of each round]} of those that have any."""
        return {p: s for p, s in self.samples.get(case, {}).items() if any(s)}


def measure(cases, peers, plan, programs, processors, logs):
    results = Results()
    for kind in ("echo", "lines", "frames", "stream"):
        mine = [c for c in cases if which.server(c) == kind]
        if not mine:
            continue
        running, missing = who.start(peers, kind, programs, processors, logs)
        results.missing.update(missing)
        try:
            first = mine[0] if kind == "stream" else which.Case(kind, 50, 1, 64)
            # Over and over with fresh connections: what a JVM runs once a connection is compiled only when there have been hundreds.
            for server in [s for s in running if s.peer.family != "c"] * WARM_TURNS:
                _warm(programs, processors, server, first, plan.start / WARM_TURNS)
            for case in mine:
                _case(results, case, running, plan, programs, processors)
        finally:
            who.stop(running)
    return results


def _case(results, case, running, plan, programs, processors):
    print(which.title(case), end=" ", flush=True)
    samples = results.samples[case] = {server.peer: [] for server in running}
    for server in running:  # connecting has code of its own to be compiled, much of it
        _try(results, programs, processors, server, case, plan.start if case.mode == "connect" else plan.settle, 0)
    for turn in range(plan.rounds):
        for server in running if turn % 2 == 0 else running[::-1]:
            samples[server.peer].append(_try(results, programs, processors, server, case, plan.seconds, ROUND_WARM))
        print(".", end="", flush=True)
    print(flush=True)


def _warm(programs, processors, server, case, seconds):
    try:
        load.run(programs, processors, server, case, seconds, 0)
    except load.Failed:
        pass  # a cold server may answer nothing in so short a time; what it can't do, its rounds will say


def _try(results, programs, processors, server, case, seconds, warm):
    try:
        return load.run(programs, processors, server, case, seconds, warm)
    except load.Failed as e:
        reason = "%s: %s" % (which.identity(case), e)
        results.missing[server.peer.label] = reason
        print("\nfailed: %s, %s" % (server.peer.label, reason), file=sys.stderr)
        return None
