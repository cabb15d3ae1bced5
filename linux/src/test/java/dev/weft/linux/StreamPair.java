package dev.weft.linux;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;

/** Both ends of a connection, as the bare channels of the transport. */
public record StreamPair(StreamChannel client, StreamChannel server) implements AutoCloseable {
    public static final SocketSettings PLAIN = new SocketSettings(Map.of(), 128, Optional.empty());

    static StreamPair at(Address address) throws IOException {
        var transport = new EpollTransport();
        var listener = transport.listen(address, PLAIN);
        try {
            var client = transport.connect(listener.local(), PLAIN);
            var server = accepted(listener);
            while (!client.finishConnect()) {
                client.awaitWritable();
            }
            return new StreamPair(client, server);
        } finally {
            listener.close();
        }
    }

    static StreamPair tcp() throws IOException {
        return at(Address.of("localhost", 0));
    }

    /** The next connection, waited for. */
    public static StreamChannel accepted(ListenerChannel listener) throws IOException {
        while (true) {
            var accepted = listener.accept();
            if (accepted.isPresent()) {
                return accepted.get();
            }
            listener.awaitAcceptable();
        }
    }

    /** Reads as much as there is, waiting for the first byte; -1 at the end. */
    static int read(StreamChannel channel, byte[] into) throws IOException {
        while (true) {
            var n = channel.read(into, 0, into.length);
            if (n != 0) {
                return n;
            }
            channel.awaitReadable();
        }
    }

    /** Writes all. */
    static void write(StreamChannel channel, byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length;) {
            var n = channel.write(bytes, at, bytes.length - at);
            if (n == 0) {
                channel.awaitWritable();
            }
            at += n;
        }
    }

    /** Writes until the socket takes no more; how much that was. */
    static long fill(StreamChannel channel) throws IOException {
        var bytes = new byte[64 * 1024];
        var total = 0L;
        for (int n; (n = channel.write(bytes, 0, bytes.length)) > 0;) {
            total += n;
        }
        return total;
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
