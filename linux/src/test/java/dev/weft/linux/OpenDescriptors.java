package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

import org.awaitility.Awaitility;

/** The descriptors of this process: proc(5). */
final class OpenDescriptors {
    private static final Path ALL = Path.of("/proc/self/fd");

    private OpenDescriptors() {}

    static long count() throws IOException {
        try (var all = Files.list(ALL)) {
            return all.count();
        }
    }

    static boolean has(int number) {
        return Files.exists(ALL.resolve(String.valueOf(number)), LinkOption.NOFOLLOW_LINKS);
    }

    /** What it is: {@code socket:[4711]}. */
    static String target(int number) throws IOException {
        return Files.readSymbolicLink(ALL.resolve(String.valueOf(number))).toString();
    }

    /** Waits until there are no more than before, but for the few that the JVM itself opens now and then. */
    static void awaitNoMoreThan(long before) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(count()).isLessThanOrEqualTo(before + 4));
    }
}
