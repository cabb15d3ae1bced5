package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/** Failures in words. */
final class FailureText {
    private FailureText() {}

    /** What an exception says to a reader who does not know its class. */
    static String sentence(Throwable e) {
        var message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getName();
        }
        if (e instanceof InvalidPathException && !TypedArguments.encoding().equals(StandardCharsets.UTF_8)) {
            return "this locale (" + TypedArguments.encoding() + ") can't say a path: set LC_ALL=C.UTF-8";
        }
        var speaks = e instanceof IOException || e instanceof IllegalArgumentException || e instanceof UnsupportedOperationException;
        return (speaks ? message : e.getClass().getName() + ": " + message).lines().findFirst().orElseThrow();
    }
}
