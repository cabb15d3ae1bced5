package dev.weft.workers;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

import dev.weft.linux.sys.Descriptor;
import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel.Packet;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * A worker's requests, one after the other, as they come from its server; asking for the next one reports the end of the last.
 *
 * <p>The serving thread takes and waits; the thread that listens to the server's orders drains and interrupts.
 */
final class Jobs {
    private final Courier courier;
    private final Doorbell reading = new Doorbell();
    private final Doorbell writing = new Doorbell();
    private final Thread serving = Thread.currentThread();
    private int current;
    private int toInterrupt;
    private int toBreak;
    private @Nullable HandedStream stream;
    private @Nullable Descriptor dropped;
    private long bytesIn;
    private long bytesOut;
    private volatile boolean draining;
    private volatile boolean ended;

    /** Made by the thread that will serve. */
    Jobs(Courier courier) throws IOException {
        this.courier = courier;
    }

    Optional<StreamChannel> nextConnection() throws IOException {
        var delivery = next();
        if (delivery.isEmpty()) {
            return Optional.empty();
        }
        var d = delivery.get();
        var in = Letters.parts(d.text());
        var job = in.readInt();
        var local = Address.parse(in.readUTF());
        var handed = new HandedStream(d.descriptor(), local, Address.parse(in.readUTF()), reading, writing, this);
        begin(job);
        handled(handed);
        return Optional.of(handed);
    }

    private synchronized void handled(HandedStream handed) {
        stream = handed;
        if (toBreak == current) {
            handed.breakOff();
        }
    }

    /** When no more come, an interrupt ends the loop: as it has the server's own socket, a datagram server has no failure that would. */
    Optional<Packet> nextPacket(byte[] into) throws IOException {
        Optional<Courier.Delivery> delivery;
        try {
            delivery = next();
        } catch (EOFException e) {
            serving.interrupt();
            return Optional.empty();
        }
        if (delivery.isEmpty()) {
            return Optional.empty();
        }
        var in = Letters.parts(delivery.get().text());
        begin(in.readInt());
        return Optional.of(Letters.packet(in, into));
    }

    /** A request that can't be received, for want of a descriptor say, is gone from the line: only this worker's end tells its server so. */
    private Optional<Courier.Delivery> next() throws IOException {
        try {
            finish();
            return courier.receive();
        } catch (EOFException e) {
            ended = true;
            throw e;
        } catch (IOException e) {
            WorkerMain.fail(e);
            throw e;
        }
    }

    private synchronized void begin(int job) {
        current = job;
        if (dropped != null) {
            dropped.leave(); // the server has heard of it, as it gave this worker another request
            dropped = null;
        }
        bytesIn = 0;
        bytesOut = 0;
        if (toInterrupt == job) {
            serving.interrupt();
        }
    }

    /** The last request is served, whatever became of it. */
    void finish() throws IOException {
        synchronized (this) {
            if (current == 0) {
                return;
            }
            current = 0;
            stream = null;
            if (toInterrupt != 0) {
                toInterrupt = 0;
                Thread.interrupted();
            }
        }
        courier.deliver(Letters.done(bytesIn, bytesOut));
    }

    /** The last request is served, and there is to be no other: what comes meanwhile is seen to be unread. */
    void leave() throws IOException {
        finish();
        courier.close();
    }

    /** Waits for the next, or a wake. */
    void await() throws IOException {
        var fd = courier.descriptor().enter();
        try {
            reading.await(fd, Doorbell.POLLIN);
        } finally {
            courier.descriptor().leave();
        }
    }

    /** Waits until a datagram may be sent by the server's socket. */
    void awaitWritable(int fd) throws IOException {
        writing.await(fd, Doorbell.POLLOUT);
    }

    void wake() {
        reading.ring();
        writing.ring();
    }

    /** The current request moved so many bytes. */
    void count(long in, long out) {
        bytesIn += in;
        bytesOut += out;
    }

    /** Something of the current request failed. */
    void failed(Throwable failure, boolean causedByPeer) {
        try {
            courier.deliver(Letters.failed(failure, causedByPeer));
        } catch (IOException e) {
            throw new UncheckedIOException("the server can't be told of " + failure, e);
        }
    }

    public void ready() throws IOException {
        courier.deliver(new byte[] {Letters.READY});
    }

    /** The handler has dropped its connection, which the server must do too; until it has, the descriptor stays in use. */
    synchronized void drop(Descriptor entered) throws IOException {
        if (dropped != null) {
            entered.leave(); // by another thread, at the same moment
            return;
        }
        dropped = entered;
        courier.deliver(new byte[] {Letters.DROPPED});
    }

    boolean draining() {
        return draining;
    }

    /** No more come: the server has closed its end. */
    boolean ended() {
        return ended;
    }

    /** The server drains, for good: this request's handler is to know, and those of all that follow. */
    void drain() {
        draining = true;
        wake();
    }

    /** The peer of this request's connection has broken it off; the request may not have come yet. */
    synchronized void breakOff(int job) {
        toBreak = job;
        if (current == job && stream != null) {
            stream.breakOff();
        }
    }

    /** This request is to end; it may not have come yet. */
    synchronized void interrupt(int job) {
        toInterrupt = job;
        if (current == job) {
            serving.interrupt();
        }
    }
}
