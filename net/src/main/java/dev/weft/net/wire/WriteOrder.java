package dev.weft.net.wire;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;

/**
 * The one order of all that leaves by a connection.
 *
 * <p>A thread writes when it has <em>the turn</em>. Threads wait for theirs in the order of their calls, and block on the peer; the thread that
 * has the turn takes along what the next in the order want to send, so that many small writes are one. What is {@linkplain #post posted} waits in
 * the same order without a thread: its poster writes as much as the socket takes at once, a virtual thread of the connection's own the rest. After
 * a failed write nothing is written any more, whatever the reason: a part may have left.
 */
public final class WriteOrder {
    /** Something that may fail as I/O does. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws IOException;
    }

    private final Wire wire;
    private final WriteQueue queue;
    private final Transmission transmission;

    WriteOrder(Wire wire) {
        this.wire = wire;
        queue = new WriteQueue(wire, this::startPusher);
        transmission = new Transmission(wire, queue);
    }

    private void startPusher() {
        pusher().start();
    }

    private Pusher pusher() {
        return new Pusher(wire, queue, transmission);
    }

    /** How many bytes have been handed to the transport. */
    public long sent() {
        return transmission.sent();
    }

    /** So many bytes have left by another way. */
    public void count(long n) {
        transmission.count(n);
    }

    /** How many the peer has taken, as far as that can be told; of those that the transport has taken, not less. */
    public long taken() {
        return transmission.sent() - Math.max(0, wire.channel().unacknowledged());
    }

    /** Takes a place at the end of the order; for {@link #send(Turn, byte[], int, int)}, which must follow. */
    Turn enter() throws IOException {
        return queue.enter();
    }

    /** Sends all of it when the turn comes, or lets it be taken along. */
    void send(Turn turn, byte[] bytes, int offset, int length) throws IOException {
        if (!turn.granted && isTakenAlong(turn, bytes, offset, length)) {
            return;
        }
        Company company = null;
        try {
            company = queue.gather(bytes, offset, length);
            if (company == null) {
                transmission.write(bytes, offset, length, length);
            } else {
                transmission.write(company.bytes(), 0, company.bytes().length, length);
            }
        } finally {
            if (company != null) {
                settle(company);
            }
            queue.passTurn();
        }
    }

    /** Waits for the turn with something to send; true when another thread has sent that along with its own. */
    private boolean isTakenAlong(Turn turn, byte[] bytes, int offset, int length) throws IOException {
        queue.announce(turn, bytes, offset, length);
        queue.await(turn);
        if (!turn.done) {
            return false;
        }
        var failure = turn.failure;
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    /** The threads that were taken along go on: now, or when the rest has left. */
    private void settle(Company company) {
        var rest = queue.rest();
        if (rest == null) {
            company.dismiss(queue::checkUnbroken);
        } else {
            rest.company = company;
        }
    }

    /** Puts bytes in the order and sends what the socket takes now; never blocks. False when the connection can't send any more. */
    public boolean post(Posted posted) {
        return switch (queue.post(posted)) {
            case REFUSED -> false;
            case WAITS -> true;
            case HAS_THE_TURN -> {
                pusher().pushNow();
                yield true;
            }
        };
    }

    /** Takes posted bytes out of the order again; false when they have begun to leave. */
    public boolean retract(Posted posted) {
        return queue.retract(posted);
    }

    /** Sends what stands in the order, then refuses further writes. */
    public void finish() {
        if (!queue.isSecuring()) {
            try {
                queue.await(queue.enter());
                queue.markClosed();
                queue.passTurn();
            } catch (SocketTimeoutException e) {
                // Dropped meanwhile.
            } catch (InterruptedIOException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                // Broken or closed before: nothing can be sent, and the writer has got an exception.
            }
        }
        close();
    }

    /** Ends the outgoing half after all that stands in the order. */
    public void shutdown() throws IOException {
        queue.await(queue.enter());
        try {
            if (queue.endOutput()) {
                wire.channel().shutdownOutput();
                transmission.write(new byte[0], 0, 0, 0); // TLS ends its half with a record, which has to leave
            }
        } finally {
            queue.passTurn();
        }
    }

    /** Takes the turn for a handshake to come, before any other thread knows of the connection. */
    public void hold() {
        queue.hold();
    }

    /** Whether TLS is being set up, or will be. */
    public boolean isSecuring() {
        return queue.isSecuring();
    }

    /** Runs a handshake between two writes. If it fails nothing may leave any more: what waits was meant to be secret. */
    public void secure(Action handshake) throws IOException {
        queue.beginSecuring();
        try {
            handshake.run();
        } catch (IOException | RuntimeException | Error e) {
            queue.breakOff(new IOException("TLS could not be set up", e));
            throw e;
        } finally {
            queue.endSecuring();
        }
    }

    /** Refuses further writes; threads that wait for the turn get an exception. */
    public void close() {
        transmission.close();
        queue.close();
    }
}
