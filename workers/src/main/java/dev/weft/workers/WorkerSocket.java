package dev.weft.workers;

import java.io.IOException;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.Watched;
import dev.weft.net.spi.Readiness;

/** The server's end of the socket to one worker; a virtual thread waits here for the worker's reports. */
final class WorkerSocket extends Watched {
    private final int fd;
    private final SeqPacketSocket socket;
    private final Readiness readable = new Readiness(true);

    /** Owns the descriptor from now on, also when this fails. */
    WorkerSocket(int fd) throws IOException {
        this.fd = fd;
        socket = SeqPacketSocket.ofServer(fd);
        try {
            Waiter.open().watchStream(fd, this);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void ready(int events) {
        readable.signal();
    }

    /** Sends a whole message, or fails at once; the descriptor may be {@link SeqPacketSocket#NONE}. */
    void send(byte[] message, int descriptor) throws IOException {
        socket.send(message, descriptor);
    }

    /**
     * Waits for the next report and returns it.
     *
     * @throws java.io.EOFException when the worker has ended
     * @throws java.io.InterruptedIOException when interrupted; no report is lost
     */
    byte[] await() throws IOException {
        while (true) {
            var stamp = readable.stamp();
            var delivery = socket.receive();
            if (delivery.isPresent()) {
                return delivery.get().text();
            }
            readable.drained(stamp);
            readable.await();
        }
    }

    /** Closes the socket and ends every wait for a report. */
    void close() {
        Waiter.shared().forget(fd, this);
        socket.close();
        readable.signal();
    }
}
