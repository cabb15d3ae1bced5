package dev.weft.message;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/** A server that remembers each message it reads, how a connection failed, and that one has ended. */
final class WireServer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    private final WireFailures failures = new WireFailures();
    private final Server server;

    WireServer() throws IOException {
        this(Message.framing(), Server.tcp("localhost", 0));
    }

    WireServer(Framing<Message> framing, StreamBuilder where) throws IOException {
        server = where.observer(failures).open(c -> readAll(c, framing)).start();
    }

    private void readAll(Connection c, Framing<Message> framing) throws IOException {
        var frames = c.frames(framing);
        while (c.awaitMessage()) {
            heard.add(frames.read());
        }
    }

    Server server() {
        return server;
    }

    /** The next message that came. */
    Message next() throws InterruptedException {
        return requireNonNull(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no message came");
    }

    /** What ended a connection. */
    Throwable failure() throws InterruptedException {
        return failures.next();
    }

    /** Whether there is a message or a failure nobody has asked for. */
    boolean hasMore() {
        return !heard.isEmpty() || !failures.isEmpty();
    }

    @Override
    public void close() {
        server.close();
    }
}
