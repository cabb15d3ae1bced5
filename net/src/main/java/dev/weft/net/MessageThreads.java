package dev.weft.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadFactory;

import dev.weft.net.serve.Request;
import dev.weft.net.serve.Runner;

/** Where the messages of a server run under {@link Concurrency#virtualThreads}: by the transport where it can, else on virtual threads. */
final class MessageThreads implements Runner {
    private final ThreadFactory threads;
    private final BlockingHandlers blocking = new BlockingHandlers();

    MessageThreads(String name) {
        threads = Thread.ofVirtual().name(name + "-", 1).factory();
    }

    BlockingHandlers blocking() {
        return blocking;
    }

    /** Runs it on a thread of its own. */
    void start(Request request) {
        threads.newThread(request).start();
    }

    @Override
    public void run(Request request) {
        try {
            ((MessageRequest) request).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
