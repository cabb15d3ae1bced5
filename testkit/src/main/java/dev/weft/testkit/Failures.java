package dev.weft.testkit;

import java.io.UncheckedIOException;

import org.junit.jupiter.api.Assertions;

/** What tests ask of exceptions. */
final class Failures {
    private Failures() {}

    /** Its message must say this. */
    static void assertSays(String part, Throwable failure) {
        Assertions.assertTrue(String.valueOf(failure.getMessage()).contains(part), () -> failure + " does not say '" + part + "'");
    }

    /** What a read failed with, whether it was iterated or called. */
    static Throwable unwrapped(Throwable failure) {
        var cause = failure.getCause();
        return failure instanceof UncheckedIOException && cause != null ? cause : failure;
    }
}
