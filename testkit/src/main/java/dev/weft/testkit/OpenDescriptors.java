package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/** The descriptors of this process, for tests that must leak none: Linux, proc(5). */
public final class OpenDescriptors {
    private static final Path ALL = Path.of("/proc/self/fd");
    /** The JVM itself opens a few now and then. */
    private static final int OF_THE_JVM = 4;

    private OpenDescriptors() {}

    /** How many there are now. */
    public static long count() throws IOException {
        try (var all = Files.list(ALL)) {
            return all.count();
        }
    }

    /** Whether this number is open. */
    public static boolean has(int number) {
        return Files.exists(ALL.resolve(String.valueOf(number)), LinkOption.NOFOLLOW_LINKS);
    }

    /** What a number stands for: {@code socket:[4711]}. */
    public static String target(int number) throws IOException {
        return Files.readSymbolicLink(ALL.resolve(String.valueOf(number))).toString();
    }

    /**
     * Waits until there are no more than before, but for the few that the JVM itself opens now and then.
     *
     * @throws AssertionError when there still are after 20 s
     */
    public static void awaitNoMoreThan(long before) {
        Eventually.holds(Duration.ofSeconds(20), "no more descriptors than the " + before + " before", () -> {
            try {
                return count() <= before + OF_THE_JVM;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
