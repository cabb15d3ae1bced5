package dev.weft.net;

import java.io.IOException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;
import org.jspecify.annotations.Nullable;

/** How a connection will be made: see {@link Connection#to(String, int)}. Not for several threads at once. */
public final class ConnectionBuilder {
    private final Address address;
    private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();
    private Deadlines deadlines = Deadlines.defaults();
    private TimeSource time = TimeSource.system();
    private @Nullable Tls tls;
    private @Nullable Address from;
    private @Nullable Transport transport;

    ConnectionBuilder(Address address) {
        this.address = address;
    }

    /** Where it connects to. */
    public Address address() {
        return address;
    }

    /** Default: {@link Deadlines#defaults}. */
    public ConnectionBuilder deadlines(Deadlines deadlines) {
        this.deadlines = deadlines;
        return this;
    }

    /** Default: none. The handshake is done when {@code open} returns. */
    public ConnectionBuilder tls(Tls tls) {
        this.tls = tls;
        return this;
    }

    /** Any that the transport knows; TCP_NODELAY is on unless set otherwise. */
    public <T> ConnectionBuilder option(SocketOption<T> option, T value) {
        options.put(option, value);
        return this;
    }

    /** The local end; default: the system's choice. */
    public ConnectionBuilder from(Address local) {
        from = local;
        return this;
    }

    /** Default: the best transport found for the address. */
    public ConnectionBuilder transport(Transport transport) {
        this.transport = transport;
        return this;
    }

    /** Default: {@link TimeSource#system}. */
    public ConnectionBuilder time(TimeSource time) {
        this.time = time;
        return this;
    }

    /**
     * Connects, within the connect deadline; a name with several addresses is tried in their order, each with an even share of the time
     * left.
     *
     * @throws java.net.ConnectException when no server listens there; the message has the address
     * @throws SocketTimeoutException when there was no answer in time
     * @throws java.net.UnknownHostException when the name is not known
     */
    public Connection open() throws IOException {
        var settings = new SocketSettings(options, 0, Optional.ofNullable(from));
        return Dialer.dial(address, Optional.ofNullable(transport), settings, deadlines, Optional.ofNullable(tls), time);
    }
}
