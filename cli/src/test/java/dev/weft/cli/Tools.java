package dev.weft.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** Programs of the system that a test talks to. */
final class Tools {
    private Tools() {}

    /** Skips the test, loudly, when the program is not installed. */
    static void need(String program) {
        for (var folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return;
            }
        }
        System.err.println("SKIPPED: no " + program + " on PATH, so nothing was proved against it");
        Assumptions.abort("no " + program + " on PATH");
    }
}
