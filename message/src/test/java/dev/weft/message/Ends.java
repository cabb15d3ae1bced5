package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.StreamBuilder;

/** The servers and peers of a test, and what they have to tell; all are closed at its end. */
final class Ends implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(10);

    private final Place place;
    private final ArrayDeque<Closeable> open = new ArrayDeque<>();
    /** What hooks have heard. */
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    /** What handlers have failed with. */
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    Ends(Place place) {
        this.place = place;
    }

    StreamBuilder builder() throws IOException {
        return place.server().observer(new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                failures.add(failure);
            }
        });
    }

    Server serve(Messages messages) throws IOException {
        return serve(messages, builder());
    }

    Server serve(Messages messages, StreamBuilder builder) throws IOException {
        var server = messages.open(builder);
        open.push(server::close);
        return server.start();
    }

    Peer connect(Messages messages, Server server) throws IOException {
        var peer = messages.open(place.to(server));
        open.push(peer);
        return peer;
    }

    /** A client of a server of its own. */
    Peer client(Messages atServer, Messages atClient) throws IOException {
        return connect(atClient, serve(atServer));
    }

    /** The next thing that was heard. */
    String next() throws InterruptedException {
        var next = heard.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was heard for " + SOON);
        }
        return next;
    }

    /** The next failure that a server was told of. */
    Throwable failure() throws InterruptedException {
        var next = failures.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing failed for " + SOON);
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
