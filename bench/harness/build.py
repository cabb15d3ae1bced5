"""Builds what is measured, when it is not built or its sources have changed."""
import os
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCH)
TARGET = os.path.join(BENCH, "target")
LIB = os.path.join(TARGET, "lib")
JAR = os.path.join(LIB, "weft-bench.jar")
MODULES = ("net", "linux", "message", "queue", "rpc-codegen", "rpc", "bench")
BUILD_SECONDS = 1800


def newest(*paths):
    """The time of the last change under these paths; folders count too, as theirs is the only time that a deletion leaves behind."""
    latest = 0.0
    for path in paths:
        latest = max(latest, os.path.getmtime(path))
        for folder, _, files in os.walk(path):
            latest = max([latest, os.path.getmtime(folder)] + [os.path.getmtime(os.path.join(folder, f)) for f in files])
    return latest


def run(command, log, what, env=None):
    """Runs a command with its output in a log; ends this program with the log's last lines when it fails."""
    os.makedirs(TARGET, exist_ok=True)
    with open(log, "w") as out:
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env,
                                    timeout=BUILD_SECONDS).returncode
        except subprocess.TimeoutExpired:
            status = "no end after %d s" % BUILD_SECONDS
    if status != 0:
        with open(log) as out:
            sys.stderr.writelines(out.readlines()[-30:])
        sys.exit("bench: %s failed (%s); all of its output is in %s" % (what, status, log))


def java(jdk):
    """The class path of the Java programs."""
    sources = [os.path.join(ROOT, "pom.xml")]
    for module in MODULES:
        sources += [os.path.join(ROOT, module, "pom.xml"), os.path.join(ROOT, module, "src", "main")]
    if not os.path.exists(JAR) or newest(*sources) > os.path.getmtime(JAR):
        if not shutil.which("mvn"):
            sys.exit("bench: Maven (mvn) is needed to build: install it (Debian and Ubuntu: apt install maven)")
        print("building, this takes a minute or two ...", file=sys.stderr)
        if os.path.exists(JAR):
            os.remove(JAR)  # half a build must not look like one
        command = ["mvn", "-B", "-ntp", "-f", os.path.join(ROOT, "pom.xml"), "-pl", "bench", "-am", "-Dmaven.test.skip=true", "package"]
        run(command, os.path.join(TARGET, "build.log"), "the build", dict(os.environ, JAVA_HOME=jdk))
    return os.path.join(LIB, "*")


def c():
    """The C programs by name; none without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler or not sys.platform.startswith("linux"):
        return {}
    programs = {}
    for name in ("echo", "load"):
        source, program = os.path.join(BENCH, "src", "main", "c", name + ".c"), os.path.join(TARGET, name)
        if not os.path.exists(program) or os.path.getmtime(source) > os.path.getmtime(program):
            run([compiler, "-O2", "-Wall", "-Wextra", "-o", program, source], os.path.join(TARGET, name + ".log"), "compiling " + source)
        programs[name] = program
    return programs
