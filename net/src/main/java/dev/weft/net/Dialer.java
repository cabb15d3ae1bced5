package dev.weft.net;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import dev.weft.net.support.Moments;
import dev.weft.net.wire.Steps;

/** Makes connections: every address of a name in turn, one deadline for them all. */
final class Dialer {
    private Dialer() {}

    static Connection dial(Address address, Optional<Transport> transport, SocketSettings settings, Deadlines deadlines, Optional<Tls> tls,
            TimeSource time) throws IOException {
        var by = Transports.streams(address, transport);
        var end = Moments.limit(time, deadlines.connect());
        var targets = address.kind() == Address.Kind.INET ? address.resolve().stream().map(Address::of).toList() : List.of(address);
        IOException failure = null;
        for (int i = 0; i < targets.size(); i++) {
            var left = targets.size() == 1 || end == Moments.NEVER
                    ? deadlines.connect()
                    : Duration.ofNanos(Math.max(1, (end - time.nanoTime()) / (targets.size() - i)));
            try {
                return connect(targets.get(i), address, by, settings, deadlines, left, tls, time);
            } catch (IOException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
                if (e instanceof java.io.InterruptedIOException && !(e instanceof java.net.SocketTimeoutException)) {
                    break;
                }
            }
        }
        throw failure == null ? new java.net.UnknownHostException(address.host()) : failure;
    }

    private static Connection connect(Address target, Address asked, Transport transport, SocketSettings settings, Deadlines deadlines,
            Duration limit, Optional<Tls> tls, TimeSource time) throws IOException {
        var channel = transport.connect(target, settings);
        var connection = new Connection(channel, false, asked.host(), deadlines, time);
        var whole = false;
        try {
            Steps.run(connection.core(), limit, "connecting to", channel::finishConnect, channel::awaitWritable);
            if (meetsItself(channel)) {
                throw new ConnectException("cannot connect to " + target
                        + ": connection refused (no server on this port? It met its own end, as the system had chosen the same port for it)");
            }
            if (tls.isPresent()) {
                TlsUpgrade.secure(connection.core(), tls.get(), deadlines.handshake());
            }
            whole = true;
            return connection;
        } finally {
            if (!whole) {
                connection.abort();
            }
        }
    }

    /**
     * Where no server listens on a port that the system also gives to clients, it may give a client that very port, which then connects to
     * itself (TCP's simultaneous open, RFC 9293, 3.5). Such a connection is aborted: a close would keep the port from the server for a while,
     * in TIME_WAIT.
     */
    private static boolean meetsItself(StreamChannel channel) {
        var remote = channel.remote();
        return remote.kind() == Address.Kind.INET && remote.port() == channel.local().port() && remote.equals(channel.local());
    }
}
