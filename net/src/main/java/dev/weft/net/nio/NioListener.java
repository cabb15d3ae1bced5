package dev.weft.net.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.spi.StreamChannel;

/** A java.nio listening socket, TCP or Unix. */
final class NioListener implements ListenerChannel, NioLoop.Parked {
    private final ServerSocketChannel channel;
    private final NioOptions options;
    private final Optional<SocketFile> file;
    private final SelectionKey key;
    private final Readiness acceptable = new Readiness(true);
    private final Address local;

    /** With the file that is to be removed with it. */
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
        try {
            options.apply(accepted);
            return Optional.of(NioStream.of(accepted, Address.of(accepted.getRemoteAddress())));
        } catch (IOException | RuntimeException e) {
            accepted.close();
            throw e instanceof IOException io ? io : new IOException("an accepted connection could not be set up: " + e.getMessage(), e);
        } catch (Error e) {
            accepted.close();
            throw e;
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

    /** java.nio has no error numbers, only strerror's texts: those of accept(2) are told apart by them. */
    @Override
    public AcceptFailure classify(IOException failure) {
        if (failure instanceof ClosedChannelException || !channel.isOpen()) {
            return AcceptFailure.CLOSED;
        }
        var text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("too many open files") // EMFILE, ENFILE
                || text.contains("no buffer space") // ENOBUFS
                || text.contains("cannot allocate memory")) { // ENOMEM
            return AcceptFailure.EXHAUSTED;
        }
        if (text.contains("abort") // ECONNABORTED: the peer left the queue
                || text.contains("reset") // ECONNRESET: it left between accept and the first option set
                || text.contains("protocol") // EPROTO, EOPNOTSUPP, EPROTONOSUPPORT: accept(2) passes on what happened on the new socket
                || text.contains("network") // ENETDOWN, ENETUNREACH
                || text.contains("host") // EHOSTDOWN, EHOSTUNREACH
                || text.contains("invalid argument") // EINVAL of an option on a socket whose peer is gone
                || text.contains("not connected")) { // ENOTCONN, likewise
            return AcceptFailure.CONNECTION;
        }
        return AcceptFailure.OTHER;
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
                file.get().remove(); // while it still listens: who finds nobody at the path may take it
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
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }
}
