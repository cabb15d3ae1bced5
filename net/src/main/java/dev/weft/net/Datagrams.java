package dev.weft.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;

/** A datagram socket of one's own: the client of a datagram server. One thread receives at a time; any number send. */
public final class Datagrams implements Closeable {
    /** The longest datagram UDP can carry. */
    private static final int LONGEST = 65_535;

    private final PacketChannel channel;
    private final TimeSource time = TimeSource.system();
    private final DeadlineTimer alarm;
    private volatile Deadlines deadlines = Deadlines.defaults();
    private volatile boolean closed;

    private Datagrams(PacketChannel channel) {
        this.channel = channel;
        alarm = new DeadlineTimer(time, channel::wake);
    }

    /** A UDP socket on a port of the system's choice. */
    public static Datagrams udp() throws IOException {
        return udp(Address.any(0));
    }

    /** A UDP socket at an address of one's own. */
    public static Datagrams udp(Address local) throws IOException {
        return open(local);
    }

    /** A Unix datagram socket bound to a path, so that it can be answered; needs the native transport (SPEC SS-50). */
    public static Datagrams unix(Path local) throws IOException {
        return open(Address.unix(local));
    }

    /** A datagram socket at any address: UDP, a Unix path, or an abstract name. */
    public static Datagrams at(Address local) throws IOException {
        return open(local);
    }

    private static Datagrams open(Address local) throws IOException {
        return new Datagrams(Transports.datagrams(local).bind(local, new SocketSettings(Map.of(), 0, Optional.empty())));
    }

    /** The address bound. */
    public Address address() {
        return channel.local();
    }

    /**
     * From now on {@link #receive()} waits for {@link Deadlines#read} at most, and sending and answering for {@link Deadlines#write}; the
     * others have no meaning here. Default {@link Deadlines#defaults}: receive waits as long as it takes, send for 30 s. From any thread.
     */
    public Datagrams deadlines(Deadlines deadlines) {
        this.deadlines = deadlines;
        return this;
    }

    /**
     * Sends one datagram, waiting while the socket's buffer is full, or the queue of a Unix peer; the address 0.0.0.0 is this
     * machine.
     *
     * @throws SocketTimeoutException when it was not taken within the write deadline (30 s unless {@link #deadlines} says otherwise): it
     *     is not sent, and the socket can be used on
     */
    public void send(byte[] data, Address to) throws IOException {
        var target = to.isAny() ? Address.of("127.0.0.1", to.port()) : to;
        if (!channel.send(data, target)) {
            sendLater(data, target);
        }
    }

    private void sendLater(byte[] data, Address to) throws IOException {
        var limit = deadlines.write();
        var deadline = Moments.limit(time, limit);
        var over = new DeadlineTimer(time, channel::wake); // its own: any number of threads send
        over.set(deadline);
        try {
            do {
                checkOpen();
                if (Moments.passed(time, deadline)) {
                    throw new SocketTimeoutException(to + " took nothing for " + Moments.words(limit) + "; the datagram was dropped");
                }
                channel.awaitWritable();
            } while (!channel.send(data, to));
        } finally {
            over.cancel();
        }
    }

    /** Sends a text, in UTF-8. */
    public void send(String text, Address to) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8), to);
    }

    /**
     * The next datagram, of any length; waits as long as it takes, unless a read deadline was set.
     *
     * @throws SocketTimeoutException when none came within the read deadline
     */
    public Datagram receive() throws IOException {
        return receive(deadlines.read());
    }

    /**
     * As receive, for so long at most, whatever the read deadline; zero is without end.
     *
     * @throws SocketTimeoutException when none came in time
     */
    public Datagram receive(Duration timeout) throws IOException {
        var deadline = Moments.limit(time, timeout);
        var buffer = new byte[LONGEST];
        while (true) {
            checkOpen();
            var packet = channel.receive(buffer);
            if (packet.isPresent()) {
                var p = packet.get();
                return new Datagram(Arrays.copyOf(buffer, p.size()), p.sender(), p.truncated(), this::send);
            }
            if (Moments.passed(time, deadline)) {
                throw new SocketTimeoutException("no datagram at " + address() + " for " + Moments.words(timeout));
            }
            alarm.set(deadline);
            try {
                channel.awaitReadable();
            } finally {
                alarm.clear();
            }
        }
    }

    /** Ends waits in receive with an exception. Idempotent. */
    @Override
    public void close() {
        closed = true;
        channel.close();
        alarm.cancel();
    }

    private void checkOpen() throws SocketException {
        if (closed) {
            throw new SocketException("the datagram socket at " + address() + " was closed");
        }
    }
}
