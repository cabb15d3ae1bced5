#!/bin/sh
# How long from the command to a listening server: ./weft serve echo beside python3 -m http.server, interleaved, medians and their ratio.
#
#     bench/startup.sh [ROUNDS]        default 20
#
# Both bind 127.0.0.1, port 0, and are timed to the line that they print when they listen. One round before is not counted: it builds,
# makes the AOT cache, and warms the page cache. Takes about a second a round, at most 40 s in all for one server that does not come up;
# ends the servers that it started, by their process ids.
set -eu

root=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
rounds=${1:-20}
case $rounds in
    '' | *[!0-9]* | 0) echo "usage: $0 [ROUNDS]" >&2; exit 2 ;;
esac
command -v python3 > /dev/null || { echo "$0: needs python3" >&2; exit 1; }

"$root/weft" --version >&2 # builds if needed, unmeasured

exec python3 - "$root/weft" "$rounds" << 'PYTHON'
import os, select, signal, statistics, subprocess, sys, time

weft, rounds = sys.argv[1], int(sys.argv[2])
servers = {
    "weft serve echo": [weft, "serve", "echo", "--tcp", "127.0.0.1:0"],
    "python3 -m http.server": [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"],
}


def start(command):
    """Milliseconds to the ready line, and of CPU until the end."""
    began = time.perf_counter()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if not select.select([server.stdout], [], [], 40)[0] or not server.stdout.readline():
            sys.exit("not listening: " + " ".join(command))
        ready = time.perf_counter() - began
    finally:
        server.send_signal(signal.SIGTERM)
        _, _, usage = os.wait4(server.pid, 0)
        server.returncode = 0  # reaped above
    return 1000 * ready, 1000 * (usage.ru_utime + usage.ru_stime)


times = {name: [] for name in servers}
for round in range(rounds + 1):
    for name, command in servers.items():
        measured = start(command)
        if round > 0:
            times[name].append(measured)

medians = {}
for name, all in times.items():
    wall = sorted(t for t, _ in all)
    medians[name] = statistics.median(wall)
    print("%-24s median %4.0f ms, fastest %4.0f, slowest %4.0f; CPU median %4.0f ms (start to end)"
          % (name, medians[name], wall[0], wall[-1], statistics.median(c for _, c in all)))
weft_ms, python_ms = medians.values()
print("ratio weft / python      %.2f, %d rounds, load %.1f on %d processors" % (weft_ms / python_ms, rounds, os.getloadavg()[0], os.cpu_count()))
PYTHON
