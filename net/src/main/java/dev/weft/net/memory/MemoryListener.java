package dev.weft.net.memory;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.StreamChannel;

/** The listening end of the memory transport: a bounded queue of connections. */
final class MemoryListener implements ListenerChannel {
    private final Address local;
    private final int backlog;
    private final Consumer<MemoryListener> onClose;
    private final Readiness acceptable = new Readiness(false);
    @GuardedBy("this")
    private final ArrayDeque<MemoryStream> queue = new ArrayDeque<>();
    @GuardedBy("this")
    private boolean closed;

    MemoryListener(Address local, int backlog, Consumer<MemoryListener> onClose) {
        this.local = local;
        this.backlog = backlog;
        this.onClose = onClose;
    }

    /** Queues a new connection. Unlike a kernel's SYN, one that finds the queue full is refused and not tried again. */
    void offer(MemoryStream stream) throws ConnectException {
        synchronized (this) {
            if (closed) {
                throw new ConnectException("cannot connect to " + local + ": the server is closed");
            }
            if (queue.size() >= backlog) {
                throw new ConnectException("cannot connect to " + local + ": the server's queue of " + backlog + " connections is full");
            }
            queue.add(stream);
        }
        acceptable.signal();
    }

    @Override
    public synchronized Optional<StreamChannel> accept() throws IOException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
        var stamp = acceptable.stamp();
        var stream = queue.poll();
        if (stream == null) {
            acceptable.drained(stamp);
        }
        return Optional.ofNullable(stream);
    }

    @Override
    public void awaitAcceptable() throws IOException {
        acceptable.await();
    }

    @Override
    public synchronized AcceptFailure classify(IOException failure) {
        return closed ? AcceptFailure.CLOSED : AcceptFailure.OTHER;
    }

    @Override
    public void wake() {
        acceptable.wake();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.forEach(MemoryStream::abort); // as close(2) does to what is still in the queue
            queue.clear();
        }
        onClose.accept(this);
        acceptable.signal();
    }

    @Override
    public Address local() {
        return local;
    }
}
