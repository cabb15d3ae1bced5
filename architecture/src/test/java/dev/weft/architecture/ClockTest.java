package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;

/** All time comes from a {@code TimeSource}, so that tests move it by hand. */
class ClockTest {
    private static final String TIME_SOURCE = "dev.weft.net.TimeSource";

    /** Programs for people to read or to measure with. */
    private static final Set<String> PROGRAMS = Set.of("examples", "bench");

    @Test
    void onlyATimeSourceReadsTheClockOrSleeps() {
        var sources = new HashSet<String>();
        var readers = new HashSet<String>();
        for (var module : Reactor.modulesWithCode()) {
            if (!PROGRAMS.contains(module.name())) {
                for (var file : module.classFiles()) {
                    var read = ClassReader.of(file);
                    if (read.name().equals(TIME_SOURCE) || read.interfaces().contains(TIME_SOURCE)) {
                        sources.add(read.name());
                    } else if (read.methods().stream().anyMatch(ClockTest::isOfTheClock)) {
                        readers.add(read.name());
                    }
                }
            }
        }
        readers.removeAll(sources);

        assertThat(readers).as("classes that read the clock or sleep past TimeSource").isEmpty();
    }

    private static boolean isOfTheClock(String method) {
        return switch (method) {
            case "java.lang.System.nanoTime", "java.lang.System.currentTimeMillis", "java.lang.Thread.sleep",
                    "java.util.concurrent.TimeUnit.sleep" ->
                    true;
            default -> method.startsWith("java.time.") && (method.endsWith(".now") || method.startsWith("java.time.Clock.system"));
        };
    }
}
