package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import dev.weft.net.Connection;
import dev.weft.net.Handler;

/** A handler that fails, with its client's words in the failures. */
public final class Quoting implements Handler {
    @Override
    public void handle(Connection c) throws IOException {
        var words = new String(c.receive(10_000), StandardCharsets.UTF_8);
        throw new IllegalStateException("no such thing: " + words, new IOException(words));
    }
}
