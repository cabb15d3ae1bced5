package dev.weft.net.nio;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.spi.StreamChannel;

/** A java.nio listening socket, TCP or Unix. */
final class NioListener implements ListenerChannel, NioChannel {
    private final ServerSocketChannel channel;
    private final NioOptions options;
    private final Optional<SocketFile> file;
    private final SelectionKey key;
    private final Readiness acceptable = new Readiness(true);
    private final Address local;

    /** A file that is given is removed when the listener closes. */
    NioListener(ServerSocketChannel channel, NioOptions options, Optional<SocketFile> file) throws IOException {
        this.channel = channel;
        this.options = options;
        this.file = file;
        channel.configureBlocking(false);
        key = NioLoop.shared().register(channel, this);
        local = Address.of(channel.getLocalAddress());
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        if (!acceptable.ready()) {
            return Optional.empty();
        }
        var stamp = acceptable.stamp();
        var accepted = channel.accept();
        if (accepted == null) {
            acceptable.drained(stamp);
            return Optional.empty();
        }
        return Optional.of(NioStream.of(accepted, setUp(accepted)));
    }

    /** Sets the connection's options, and returns its peer's address. */
    private Address setUp(SocketChannel accepted) throws IOException {
        try {
            options.apply(accepted);
            return Address.of(accepted.getRemoteAddress());
        } catch (IOException | RuntimeException e) { // the peer may be gone already
            accepted.close();
            throw new LostConnectionException("an accepted connection could not be set up: " + e.getMessage(), e);
        } catch (Error e) {
            accepted.close();
            throw e;
        }
    }

    /** One connection has failed; the listener is not affected. */
    private static final class LostConnectionException extends IOException {
        private static final long serialVersionUID = 1L;

        LostConnectionException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public void awaitAcceptable() throws IOException {
        if (!acceptable.ready()) {
            try {
                NioLoop.shared().ask(key, SelectionKey.OP_ACCEPT);
            } catch (CancelledKeyException e) {
                return;
            }
        }
        acceptable.await();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        if (failure instanceof ClosedChannelException || !channel.isOpen()) {
            return AcceptFailure.CLOSED;
        }
        return failure instanceof LostConnectionException ? AcceptFailure.CONNECTION : NioErrors.ofAccept(failure);
    }

    @Override
    public void ready(int operations) {
        acceptable.signal();
    }

    @Override
    public void wake() {
        acceptable.wake();
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            if (file.isPresent()) {
                file.get().remove(); // while it still listens: another server may replace a file at which nobody listens
            }
        } catch (IOException e) {
            NioLog.closeFailed("the file of the listener at " + local, e);
        }
        try {
            channel.close();
        } catch (IOException e) {
            NioLog.closeFailed("the listener at " + local, e);
        } finally {
            NioLoop.shared().forgetNow();
            acceptable.signal();
        }
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public ServerSocketChannel channel() {
        return channel;
    }
}
