package dev.weft.workers;

import java.io.IOException;
import java.util.function.BooleanSupplier;

import dev.weft.net.spi.WorkerSettings;

/** Starts the workers of one pool: their command line, the socket to which they connect, their first message, and the cache of their classes. */
final class WorkerStarter {
    private final WorkerListener listener = new WorkerListener();
    private final WorkerCache cache;
    /** The first message to a worker, and the one to a worker that a request waits for. */
    private final byte[] setup;
    private final byte[] inHaste;
    private final int packetSocket;

    private WorkerStarter(WorkerSettings settings, WorkerSetup setup, int packetSocket) throws IOException {
        this.setup = setup.message();
        inHaste = setup.inHaste().message();
        this.packetSocket = packetSocket;
        cache = new WorkerCache(WorkerCommand.of(settings, listener.path()), settings, listener.folder());
    }

    /**
     * Makes a starter, which listens from now on.
     *
     * @throws IllegalArgumentException when no worker could be started with these settings; then nothing was made
     * @throws UnsupportedOperationException when the transport of a datagram server shows no descriptor
     */
    static WorkerStarter of(WorkerSettings settings) throws IOException {
        WorkerCommand.classPath(settings.handler());
        var packetSocket = SeqPacketSocket.NONE;
        if (settings.packets().isPresent()) {
            packetSocket = settings.packets().get().fileno().orElseThrow(() -> new UnsupportedOperationException(
                    "worker processes answer datagrams by the server's own descriptor, and this transport shows none: use epoll"));
        }
        var setup = WorkerSetup.of(settings);
        setup.message(); // refuses properties that are too long for it
        return new WorkerStarter(settings, setup, packetSocket);
    }

    /** The next start, not yet begun. When the worker connects it is told to hurry if a request waits for it then. */
    WorkerStart next(BooleanSupplier isAwaited) {
        return new WorkerStart(cache.command(), listener, () -> isAwaited.getAsBoolean() ? inHaste : setup, packetSocket);
    }

    /** Starts making the cache, the first time this is called. */
    void makeCache() {
        cache.make(listener, setup, packetSocket);
    }

    /** A start has failed, for which the cache may be the reason. */
    void doubtCache() {
        cache.doubt();
    }

    /** Ends the making of the cache and its use. */
    void closeCache() {
        cache.close();
    }

    /** No worker can connect any more; removes the folder. Does not wait. */
    void close() {
        listener.close();
    }
}
