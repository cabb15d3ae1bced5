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
 * The requests of this worker process, one after the other, as its server sends them. Asking for the next one reports the end of the last.
 *
 * <p>The serving thread takes requests and waits for them; the thread that reads the server's orders drains, interrupts and breaks off.
 */
final class WorkerRequests {
    private final SeqPacketSocket toServer;
    private final Doorbell reading = new Doorbell();
    private final Doorbell writing = new Doorbell();
    private final Thread serving = Thread.currentThread();
    /** The id of the request that is being served; 0 for none. */
    private int current;
    private int toInterrupt;
    private int toBreak;
    private @Nullable HandedStream stream;
    private @Nullable Descriptor dropped;
    private long bytesIn;
    private long bytesOut;
    private volatile boolean draining;
    private volatile boolean ended;

    /** Must be made by the thread that will serve. */
    WorkerRequests(SeqPacketSocket toServer) throws IOException {
        this.toServer = toServer;
    }

    /** The next connection, or empty when none has come yet. */
    Optional<StreamChannel> nextConnection() throws IOException {
        var delivery = next();
        if (delivery.isEmpty()) {
            return Optional.empty();
        }
        var d = delivery.get();
        var in = WorkerProtocol.parts(d.text());
        var id = in.readInt();
        var local = Address.parse(in.readUTF());
        var handed = new HandedStream(d.descriptor(), local, Address.parse(in.readUTF()), reading, writing, this);
        begin(id);
        handled(handed);
        return Optional.of(handed);
    }

    private synchronized void handled(HandedStream handed) {
        stream = handed;
        if (toBreak == current) {
            handed.breakOff();
        }
    }

    /** The next datagram, or empty when none has come yet. At the end of the requests this interrupts the serving thread, which ends its loop. */
    Optional<Packet> nextPacket(byte[] into) throws IOException {
        Optional<SeqPacketSocket.Delivery> delivery;
        try {
            delivery = next();
        } catch (EOFException e) {
            serving.interrupt();
            return Optional.empty();
        }
        if (delivery.isEmpty()) {
            return Optional.empty();
        }
        var in = WorkerProtocol.parts(delivery.get().text());
        begin(in.readInt());
        return Optional.of(WorkerProtocol.packet(in, into));
    }

    /** When a request can't be received, for want of a descriptor say, it is lost. This worker then ends, which tells the server so. */
    private Optional<SeqPacketSocket.Delivery> next() throws IOException {
        try {
            finish();
            return toServer.receive();
        } catch (EOFException e) {
            ended = true;
            throw e;
        } catch (IOException e) {
            WorkerMain.fail(e);
            throw e;
        }
    }

    private synchronized void begin(int id) {
        current = id;
        if (dropped != null) {
            dropped.leave(); // the server knows, as it has sent another request
            dropped = null;
        }
        bytesIn = 0;
        bytesOut = 0;
        if (toInterrupt == id) {
            serving.interrupt();
        }
    }

    /** Reports that the last request is served, however it ended. */
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
        toServer.deliver(WorkerProtocol.done(bytesIn, bytesOut));
    }

    /** Reports the last request and takes no other: the server sees that one which is on its way was not read. */
    void leave() throws IOException {
        finish();
        toServer.close();
    }

    /** Waits for the next request or for {@link #wake}. */
    void await() throws IOException {
        var fd = toServer.descriptor().enter();
        try {
            reading.await(fd, Doorbell.POLLIN);
        } finally {
            toServer.descriptor().leave();
        }
    }

    /** Waits until the server's socket may take a datagram, or for {@link #wake}. */
    void awaitWritable(int fd) throws IOException {
        writing.await(fd, Doorbell.POLLOUT);
    }

    /** Ends the waits of the serving thread. */
    void wake() {
        reading.ring();
        writing.ring();
    }

    /** Adds to the bytes that the current request has moved. */
    void count(long in, long out) {
        bytesIn += in;
        bytesOut += out;
    }

    /** Reports a failure of the current request. */
    void failed(Throwable failure, boolean causedByPeer) {
        try {
            toServer.deliver(WorkerProtocol.failed(failure, causedByPeer));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot report to the server: " + failure, e);
        }
    }

    /** Reports that this worker can serve. */
    void ready() throws IOException {
        toServer.deliver(new byte[] {WorkerProtocol.READY});
    }

    /** The handler has aborted its connection: has the server reset the peer. The descriptor stays in use until that is done. */
    synchronized void drop(Descriptor entered) throws IOException {
        if (dropped != null) {
            entered.leave(); // another thread was first
            return;
        }
        dropped = entered;
        toServer.deliver(new byte[] {WorkerProtocol.DROPPED});
    }

    /** Whether the server drains. */
    boolean draining() {
        return draining;
    }

    /** Whether the server has closed its end: no more requests come. */
    boolean ended() {
        return ended;
    }

    /** The server drains: the handlers of this request and of all that follow see it. */
    void drain() {
        draining = true;
        wake();
    }

    /** The peer of a bridged connection has broken it off. Its request may not have come yet. */
    synchronized void breakOff(int id) {
        toBreak = id;
        if (current == id && stream != null) {
            stream.breakOff();
        }
    }

    /** Interrupts the handler of a request, which may not have come yet. */
    synchronized void interrupt(int id) {
        toInterrupt = id;
        if (current == id) {
            serving.interrupt();
        }
    }
}
