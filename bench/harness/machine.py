"""What this machine offers: a JDK, processors to pin to, descriptors, and its description for the report."""
import glob
import os
import platform
import resource
import shutil

JDK = 25


def _version(home):
    try:
        with open(os.path.join(home, "release")) as release:
            for line in release:
                if line.startswith("JAVA_VERSION="):
                    return int(line.split('"')[1].split(".")[0].split("-")[0])
    except (OSError, ValueError, IndexError):
        pass
    return 0


def find_jdk():
    """The home of a JDK that is new enough, looked for where ../weft looks; (None, what was found) without one."""
    java = shutil.which("java")
    homes = [os.environ.get("JAVA_HOME", "")]
    if java:
        homes.append(os.path.dirname(os.path.dirname(os.path.realpath(java))))
    for pattern in ("/usr/lib/jvm/*", "/opt/*", "~/.sdkman/candidates/java/*", "~/.jdks/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home"):
        homes += sorted(glob.glob(os.path.expanduser(pattern)))
    too_old = []
    for home in homes:
        if home and os.access(os.path.join(home, "bin", "javac"), os.X_OK):
            version = _version(home)
            if version >= JDK:
                return home, ""
            too_old.append("Java %d in %s" % (version, home))
    return None, ", ".join(too_old)


class Processors:
    """One processor for the server under test, another for the load, when there are two and the system lets us choose; or all for both."""

    def __init__(self, together=False):
        self.server = self.load = None
        if together:
            self.note = "Nothing was pinned: server and load shared all processors."
            return
        if not hasattr(os, "sched_setaffinity"):
            self.note = "Nothing was pinned, as this system has no way to: server and load shared all processors."
            return
        mine = sorted(os.sched_getaffinity(0))
        if os.environ.get("BENCH_SHARED"):
            self.server = self.load = set(mine)
            self.note = "shared"
            return
        self.server, self.load = {mine[0]}, {mine[-1]}
        if len(mine) > 1:
            self.note = "The server was pinned to processor %d, the load to processor %d." % (mine[0], mine[-1])
        else:
            self.note = "There was one processor only, shared by server and load: take rates and latencies with a grain of salt."

    @staticmethod
    def pin(processors):
        """To be called in a child before it becomes the program."""
        if processors:
            os.sched_setaffinity(0, processors)


def raise_descriptor_limit():
    """As far as allowed, for our children too; returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (ValueError, OSError):
            pass
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


def describe(jdk):
    model = platform.machine()
    try:
        with open("/proc/cpuinfo") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    except OSError:
        pass
    runtime = "?"
    with open(os.path.join(jdk, "release")) as release:
        for line in release:
            if line.startswith(("JAVA_RUNTIME_VERSION=", "JAVA_VERSION=")):
                runtime = line.split('"')[1]
    return "%d processors (%s), %s %s, JDK %s" % (os.cpu_count(), model, platform.system(), platform.release().split("-")[0], runtime)
