package dev.weft.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What {@code weft --version} prints. */
final class Version {
    private Version() {}

    /** The version that the build wrote down, and the Java it runs on. */
    static String text() {
        var built = new Properties();
        try (var in = Version.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                built.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read version.properties", e);
        }
        return "weft %s (Java %s, %s %s)".formatted(built.getProperty("version", "unknown"), Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
    }
}
