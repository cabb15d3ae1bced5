package dev.weft.workers;

import java.io.IOException;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.Watched;
import dev.weft.net.spi.Readiness;

/** The server's end of the socket between it and one worker, for the virtual thread that waits for what the worker reports. */
final class Line extends Watched {
    private final int fd;
    private final Courier courier;
    private final Readiness readable = new Readiness(true);

    /** Takes the descriptor over. */
    Line(int fd) throws IOException {
        this.fd = fd;
        courier = Courier.ofServer(fd);
        try {
            Waiter.open().watchStream(fd, this);
        } catch (IOException e) {
            courier.close();
            throw e;
        }
    }

    @Override
    public void ready(int events) {
        readable.signal();
    }

    void send(byte[] letter, int descriptor) throws IOException {
        courier.send(letter, descriptor);
    }

    /**
     * Waits for the next report.
     *
     * @throws java.io.EOFException when the worker has ended
     * @throws java.io.InterruptedIOException when interrupted; nothing is lost by it
     */
    byte[] await() throws IOException {
        while (true) {
            var stamp = readable.stamp();
            var delivery = courier.receive();
            if (delivery.isPresent()) {
                return delivery.get().text();
            }
            readable.drained(stamp);
            readable.await();
        }
    }

    void close() {
        Waiter.shared().forget(fd, this);
        courier.close();
        readable.signal();
    }
}
