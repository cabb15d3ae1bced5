package dev.weft.linux;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel.Packet;
import dev.weft.net.spi.StreamChannel;

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
        begin(in.readInt());
        var local = Address.parse(in.readUTF());
        return Optional.of(new HandedStream(d.descriptor(), local, Address.parse(in.readUTF()), reading, writing, () -> draining));
    }

    Optional<Packet> nextPacket(byte[] into) throws IOException {
        var delivery = next();
        if (delivery.isEmpty()) {
            return Optional.empty();
        }
        var in = Letters.parts(delivery.get().text());
        begin(in.readInt());
        return Optional.of(Letters.packet(in, into));
    }

    private Optional<Courier.Delivery> next() throws IOException {
        finish();
        try {
            return courier.receive();
        } catch (EOFException e) {
            ended = true;
            throw e;
        }
    }

    private synchronized void begin(int job) {
        current = job;
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
            if (toInterrupt != 0) {
                toInterrupt = 0;
                Thread.interrupted();
            }
        }
        courier.send(Letters.done(bytesIn, bytesOut), Courier.NONE);
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
    void failed(Throwable failure) {
        try {
            courier.send(Letters.failed(failure), Courier.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException("the server can't be told of " + failure, e);
        }
    }

    void ready() throws IOException {
        courier.send(new byte[] {Letters.READY}, Courier.NONE);
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

    /** This request is to end; it may not have come yet. */
    synchronized void interrupt(int job) {
        toInterrupt = job;
        if (current == job) {
            serving.interrupt();
        }
    }
}
