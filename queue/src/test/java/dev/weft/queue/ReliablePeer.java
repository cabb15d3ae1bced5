package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;

/** The other end of a link that delivers at least once, made by hand of bytes: it says what a test tells it to say. */
final class ReliablePeer {
    static final int SENDS = 1;
    static final int RECEIVES = 2;
    static final int HELLO = 41;
    /** Nobody is silent for so long in a test. */
    static final int PATIENT = 60_000;

    private static final byte[] MAGIC = {0, 'W', 'E', 'F', 'T', 'Q', '1', '\n'};
    private static final long STREAM = 0x0123_4567_89ab_cdefL;
    private static final int MESSAGE = 1;
    private static final int ACKNOWLEDGEMENT = 2;
    private static final int RESUME = 3;
    private static final int PING = 4;

    final Connection connection;
    private final DataInputStream in;

    ReliablePeer(Connection connection) {
        this.connection = connection;
        in = new DataInputStream(connection.input());
    }

    static byte[] hello(int flags, long stream, long first, int window, int silence) {
        return ByteBuffer.allocate(HELLO).put(MAGIC).put((byte) flags).putLong(stream).putLong(~stream).putLong(first).putInt(window)
                .putInt(silence).array();
    }

    static byte[] message(long number, String body) {
        var bytes = body.getBytes(UTF_8);
        return ByteBuffer.allocate(13 + bytes.length).putInt(9 + bytes.length).put((byte) MESSAGE).putLong(number).put(bytes).array();
    }

    static byte[] acknowledgement(long number) {
        return numbered(ACKNOWLEDGEMENT, number);
    }

    static byte[] resume(long number) {
        return numbered(RESUME, number);
    }

    static byte[] ping() {
        return new byte[] {0, 0, 0, 1, PING};
    }

    private static byte[] numbered(int kind, long number) {
        return ByteBuffer.allocate(13).putInt(9).put((byte) kind).putLong(number).array();
    }

    /** What the hook makes of all that can end a connection. */
    static LinkObserver into(BlockingQueue<IOException> failures) {
        return new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                if (status.state() == LinkStatus.State.RECONNECTING && status.lastFailure().isPresent()) {
                    failures.add(status.lastFailure().get());
                }
            }
        };
    }

    /** Greets a receiver as its sender, who still has all from this message on, and hears where to go on. */
    static ReliablePeer sending(Connection connection, long first) throws IOException {
        return sending(connection, first, STREAM);
    }

    static ReliablePeer sending(Connection connection, long first, long stream) throws IOException {
        var peer = new ReliablePeer(connection);
        peer.hearHello();
        connection.send(hello(SENDS, stream, first, 0, PATIENT));
        return peer;
    }

    /** Greets a sender as its receiver, who wants this message next, and takes so many. */
    static ReliablePeer receiving(Connection connection, long next, int window) throws IOException {
        var peer = new ReliablePeer(connection);
        peer.hearHello();
        connection.send(hello(RECEIVES, 0, 0, window, PATIENT));
        connection.send(resume(next));
        return peer;
    }

    /** Greets a duplex link as another. */
    static ReliablePeer both(Connection connection, long first, long next, int window) throws IOException {
        var peer = new ReliablePeer(connection);
        peer.hearHello();
        connection.send(hello(SENDS | RECEIVES, STREAM, first, window, PATIENT));
        connection.send(resume(next));
        assertThat(peer.hear()).startsWith("resume ");
        return peer;
    }

    ReliablePeer say(byte[]... frames) throws IOException {
        for (var frame : frames) {
            connection.send(frame);
        }
        return this;
    }

    ByteBuffer hearHello() throws IOException {
        var hello = ByteBuffer.wrap(bytes(HELLO));
        var magic = new byte[MAGIC.length];
        hello.get(magic);
        assertThat(magic).isEqualTo(MAGIC);
        return hello;
    }

    byte[] bytes(int length) throws IOException {
        var bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** The next frame that is no ping, in words. */
    String hear() throws IOException {
        while (true) {
            var any = hearAny();
            if (!any.equals("ping")) {
                return any;
            }
        }
    }

    /** The next frame, in words. */
    String hearAny() throws IOException {
        var frame = ByteBuffer.wrap(bytes(in.readInt()));
        return switch (frame.get()) {
            case MESSAGE -> "message " + frame.getLong() + " " + UTF_8.decode(frame);
            case ACKNOWLEDGEMENT -> "acknowledgement " + frame.getLong();
            case RESUME -> "resume " + frame.getLong();
            case PING -> "ping";
            default -> throw new AssertionError("what is that? " + frame);
        };
    }

    /** Hears until an acknowledgement of all up to this message; all that come count up. */
    void hearAcknowledged(long number) throws IOException {
        for (long last = 0; last < number;) {
            var heard = hear();
            assertThat(heard).startsWith("acknowledgement ");
            var next = Long.parseLong(heard.substring("acknowledgement ".length()));
            assertThat(next).isGreaterThan(last).isLessThanOrEqualTo(number);
            last = next;
        }
    }

    /** How many bytes come before the end, in whatever way the link ends the connection. */
    int hearEnd() {
        var all = 0;
        try {
            for (int n; (n = connection.receive(4_096).length) > 0;) {
                all += n;
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection was not ended", e);
        } catch (IOException e) {
            // A reset is an end, too: there are bytes of ours that it did not want to read.
        }
        return all;
    }

    static BlockingQueue<IOException> failures() {
        return new LinkedBlockingQueue<>();
    }

    static IOException next(BlockingQueue<IOException> failures) throws InterruptedException {
        var next = failures.poll(Ends.SOON.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing failed for " + Ends.SOON);
        }
        return next;
    }
}
