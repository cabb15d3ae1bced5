package dev.weft.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/**
 * A peer without a thread: it says its pieces, one a read, with a wait before each and the end of the stream after the last, and remembers
 * what it heard and when. Everything happens on the thread of the test, so a test that uses it can be repeated exactly.
 */
final class ScriptedPeer implements Transport {
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
    private final List<String> diary = new ArrayList<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    /** Says each of these pieces at once. */
    static ScriptedPeer saying(byte[]... pieces) {
        var peer = new ScriptedPeer();
        for (var piece : pieces) {
            peer.pieces.add(piece);
        }
        return peer;
    }

    /** Says these bytes in pieces of random length, the longest of {@code longest} bytes. */
    static ScriptedPeer stuttering(byte[] bytes, int longest, Random random) {
        var peer = new ScriptedPeer();
        for (int at = 0; at < bytes.length;) {
            var piece = new byte[Math.min(bytes.length - at, 1 + random.nextInt(longest))];
            System.arraycopy(bytes, at, piece, 0, piece.length);
            peer.pieces.add(piece);
            at += piece.length;
        }
        return peer;
    }

    /** A connection with this peer, without deadlines. */
    Connection connect() throws IOException {
        return Connection.to(Address.memory("script")).deadlines(Deadlines.none()).transport(this).open();
    }

    /** All it heard. */
    byte[] heard() {
        return heard.toByteArray();
    }

    /** What happened, in order: {@code wait} and {@code said 3} for reads, {@code heard 5} for writes. */
    List<String> diary() {
        return diary;
    }

    @Override
    public String name() {
        return "script";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public boolean streams(Address address) {
        return true;
    }

    @Override
    public boolean datagrams(Address address) {
        return false;
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) {
        return new Channel(remote);
    }

    private final class Channel implements StreamChannel {
        private final Address remote;
        private boolean waited;
        private boolean closed;

        Channel(Address remote) {
            this.remote = remote;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            checkOpen();
            if (!waited) {
                return 0;
            }
            var piece = pieces.poll();
            if (piece == null) {
                return -1;
            }
            var n = Math.min(length, piece.length);
            System.arraycopy(piece, 0, into, offset, n);
            if (n < piece.length) {
                pieces.addFirst(Arrays.copyOfRange(piece, n, piece.length));
            } else {
                waited = false;
            }
            diary.add("said " + n);
            return n;
        }

        @Override
        public int write(byte[] from, int offset, int length) throws IOException {
            checkOpen();
            heard.write(from, offset, length);
            diary.add("heard " + length);
            return length;
        }

        @Override
        public void awaitReadable() {
            waited = true;
            diary.add("wait");
        }

        @Override
        public void awaitWritable() {
            throw new AssertionError("a scripted peer takes everything at once");
        }

        @Override
        public boolean finishConnect() {
            return true;
        }

        @Override
        public void shutdownOutput() {
            diary.add("heard the end");
        }

        @Override
        public void abort() {
            closed = true;
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public Address local() {
            return Address.memory("here");
        }

        @Override
        public Address remote() {
            return remote;
        }

        @Override
        public void wake() {
            // nobody waits long enough to be woken
        }

        private void checkOpen() throws SocketException {
            if (closed) {
                throw new SocketException("Socket closed");
            }
        }
    }
}
