package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Ends the processes of a server that has been killed: a shell that is told which there are over a pipe, and at the pipe's end, however that came
 * about, sends them and those they started SIGTERM, and a second later SIGKILL.
 *
 * <p>Java can't ask the kernel for it (prctl(2), PR_SET_PDEATHSIG): that wants a call in the child, and is meant for the end of a thread.
 * The shell ignores the signals of a terminal and of a service manager, as the server has its drain to do then. When it is killed itself, another
 * one takes its place with the next process.
 */
final class Watchdog implements AutoCloseable {
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM PIPE
            all=
            while read -r change pid; do
                case $change in
                    +) all="$all $pid" ;;
                    -) others=
                        for other in $all; do [ "$other" = "$pid" ] || others="$others $other"; done
                        all=$others ;;
                esac
            done
            children() {
                if [ -r "/proc/$$/task/$$/children" ]; then
                    cat "/proc/$1/task/"*/children
                else
                    ps -A -o pid= -o ppid= | while read -r pid parent; do [ "$parent" != "$1" ] || echo "$pid"; done
                fi
            }
            family() {
                echo "$1"
                for child in $(children "$1"); do family "$child"; done
            }
            everybody=$(for pid in $all; do family "$pid"; done)
            [ -n "$everybody" ] || exit 0
            kill -s TERM $everybody
            sleep 1
            kill -s KILL $everybody
            """;

    private final Spawner spawner;
    private final Set<Long> watched = new LinkedHashSet<>();
    private @Nullable Process shell;
    private boolean closed;

    private Watchdog(Spawner spawner) {
        this.spawner = spawner;
    }

    static Watchdog open(Spawner spawner) throws IOException {
        var dog = new Watchdog(spawner);
        dog.start();
        return dog;
    }

    private void start() throws IOException {
        shell = spawner.start(new ProcessBuilder("/bin/sh", "-c", SCRIPT).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
        for (var pid : watched) {
            tell('+', pid);
        }
    }

    synchronized void watch(Process process) throws IOException {
        watched.add(process.pid());
        try {
            tell('+', process.pid());
        } catch (IOException e) {
            if (!closed) {
                start(); // somebody has killed it
            }
        }
    }

    /** It has ended. */
    synchronized void forget(Process process) {
        watched.remove(process.pid());
        try {
            tell('-', process.pid());
        } catch (IOException e) {
            // It was killed: the next one does not hear of this process at all.
        }
    }

    private void tell(char change, long pid) throws IOException {
        if (shell != null) {
            shell.getOutputStream().write((change + " " + pid + "\n").getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
        }
    }

    /** The server has ended in good order. What it has not ended by now is ended by the shell. */
    @Override
    public synchronized void close() {
        closed = true;
        if (shell != null) {
            try {
                shell.getOutputStream().close();
            } catch (IOException e) {
                // It is gone already.
            }
        }
    }
}
