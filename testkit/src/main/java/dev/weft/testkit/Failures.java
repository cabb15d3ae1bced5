package dev.weft.testkit;

import java.io.UncheckedIOException;

import dev.weft.net.WorkerException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** What tests ask of exceptions. */
final class Failures {
    private Failures() {}

    /** Its message must say this. */
    static void assertSays(String part, Throwable failure) {
        Assertions.assertTrue(String.valueOf(failure.getMessage()).contains(part), () -> failure + " does not say '" + part + "'");
    }

    /** It must be of this type, or stand for one that is: for what a worker threw, or for what ended an iteration. */
    static void assertIs(Class<? extends Throwable> type, Throwable failure) {
        var cause = failure.getCause();
        var thrown = type(failure) == UncheckedIOException.class && cause != null ? cause : failure;
        if (!type.isAssignableFrom(type(thrown))) {
            Assertions.fail(failure + " is no " + type.getName(), failure);
        }
    }

    private static Class<?> type(Throwable failure) {
        try {
            return failure instanceof WorkerException e ? Class.forName(e.type()) : failure.getClass();
        } catch (ClassNotFoundException e) {
            throw new AssertionError("a worker threw what is unknown here", e);
        }
    }

    /** What it was made with; a worker's says its type first. */
    static @Nullable String message(Throwable failure) {
        var message = failure.getMessage();
        return failure instanceof WorkerException e && message != null && message.startsWith(e.type() + ": ")
                ? message.substring(e.type().length() + 2)
                : message;
    }
}
