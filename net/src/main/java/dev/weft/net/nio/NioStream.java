package dev.weft.net.nio;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import dev.weft.net.Address;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.StreamChannel;

/**
 * A java.nio socket channel, TCP or Unix, in non-blocking mode; a thread that has to wait is parked.
 *
 * <p>Blocking channels can't be used: an interrupt closes them, and those of Unix sockets have no timeout.
 */
final class NioStream implements StreamChannel, NioChannel {
    /** java.nio copies what it is given through a native buffer, all of it, before it asks how much the socket takes. */
    private static final int MOST_AT_ONCE = 64 * 1024;
    /** 1 MiB at most: a peer that sends more to a handler that does not read it may get a reset. */
    private static final int MOST_LAST_READS = 16;

    /** Any thread may fill it; its content is never used. */
    private static final ByteBuffer WASTE = ByteBuffer.allocateDirect(MOST_AT_ONCE);

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Readiness readable = new Readiness(true);
    private final Readiness writable;
    private volatile Address local;
    private final Address remote;
    private volatile boolean closing;
    /** Whether the peer has ended and all that it sent was read. */
    private volatile boolean ended;

    private NioStream(SocketChannel channel, Address remote) throws IOException {
        this.channel = channel;
        this.remote = remote;
        channel.configureBlocking(false);
        key = NioLoop.shared().register(channel, this);
        writable = new Readiness(channel.isConnected());
        local = boundTo(channel);
    }

    private static Address boundTo(SocketChannel channel) throws IOException {
        var bound = channel.getLocalAddress();
        return bound == null ? Address.unix(Path.of("")) : Address.of(bound);
    }

    /** Takes over an accepted or connecting channel, and closes it when that fails. */
    static NioStream of(SocketChannel channel, Address remote) throws IOException {
        try {
            return new NioStream(channel, remote);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!readable.ready()) {
            return 0;
        }
        var stamp = readable.stamp();
        var n = channel.read(ByteBuffer.wrap(into, offset, Math.min(length, MOST_AT_ONCE)));
        if (n == 0) {
            readable.drained(stamp);
        } else if (n < 0) {
            if (closing) {
                throw new ClosedChannelException();
            }
            ended = true;
        }
        return n;
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        if (!writable.ready()) {
            return 0;
        }
        var stamp = writable.stamp();
        var n = channel.write(ByteBuffer.wrap(from, offset, Math.min(length, MOST_AT_ONCE)));
        if (n == 0) {
            writable.drained(stamp);
        }
        return n;
    }

    @Override
    public void retryWrite() {
        writable.signal();
    }

    @Override
    public boolean finishConnect() throws IOException {
        if (channel.isConnected()) {
            return true;
        }
        var stamp = writable.stamp();
        try {
            if (channel.finishConnect()) {
                local = boundTo(channel);
                writable.signal();
                return true;
            }
        } catch (ClosedChannelException e) {
            throw e; // closed by this side: the thread that closed it knows why
        } catch (IOException e) {
            throw SocketFailure.cannotConnect(remote, NioErrors.of(e), e);
        }
        writable.drained(stamp);
        return false;
    }

    @Override
    public void awaitReadable() throws IOException {
        await(readable, SelectionKey.OP_READ);
    }

    @Override
    public void awaitWritable() throws IOException {
        await(writable, channel.isConnected() ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT);
    }

    private void await(Readiness readiness, int operation) throws IOException {
        if (!readiness.ready()) {
            try {
                NioLoop.shared().ask(key, operation);
            } catch (CancelledKeyException e) {
                return; // closed meanwhile: the next operation fails
            }
        }
        readiness.await();
    }

    @Override
    public void ready(int operations) {
        if ((operations & SelectionKey.OP_READ) != 0) {
            readable.signal();
        }
        if ((operations & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
            writable.signal();
        }
    }

    @Override
    public void wake() {
        readable.wake();
        writable.wake();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void abort() {
        closing = true;
        try {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0); // close(2) then resets: socket(7)
            }
        } catch (IOException | UnsupportedOperationException e) {
            // Already closed or broken: closing is all that is left to do.
        }
        end();
    }

    /** What was sent stays readable for the peer, even if not everything that it sent was read (SPEC SS-23). */
    @Override
    public void close() {
        closing = true;
        try {
            if (!ended && channel.isConnected()) {
                leaveReadable();
            }
        } catch (IOException e) {
            // Closed or broken already: the peer can read nothing more.
        } finally {
            end();
        }
    }

    /** Closing with unread data would reset the connection. So this ends the outgoing half, then reads what has arrived, without waiting for more. */
    private void leaveReadable() throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER) && channel.getOption(StandardSocketOptions.SO_LINGER) == 0) {
            return; // the user has asked for a reset
        }
        channel.shutdownOutput();
        var waste = WASTE.duplicate();
        for (int reads = 0; reads < MOST_LAST_READS && channel.read(waste.clear()) > 0; reads++) {
            // Bytes that the handler did not read.
        }
    }

    private void end() {
        var neverConnected = channel.isOpen() && !channel.isConnected();
        try {
            channel.close();
        } catch (IOException e) {
            NioLog.closeFailed("the connection with " + remote, e);
        } finally {
            if (neverConnected) {
                NioLoop.shared().forgetNow(); // the next attempt may want the same local port
            } else {
                NioLoop.shared().forget();
            }
            readable.signal();
            writable.signal();
        }
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public Address remote() {
        return remote;
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }
}
