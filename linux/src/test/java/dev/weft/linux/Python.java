package dev.weft.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.testkit.ChildJava;

/** The other side of some tests, where there is a python3. */
final class Python {
    private Python() {}

    static boolean isHere() throws InterruptedException {
        try {
            var process = new ProcessBuilder("python3", "-c", "import socket").redirectErrorStream(true).start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a script with arguments. */
    static ChildJava running(String script, List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of("python3", "-c", script));
        command.addAll(arguments);
        return ChildJava.command(command);
    }

    static ChildJava running(String script, String... arguments) throws IOException {
        return running(script, List.of(arguments));
    }
}
