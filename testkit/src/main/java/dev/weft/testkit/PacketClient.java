package dev.weft.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.net.spi.PacketChannel;
import org.junit.jupiter.api.Assertions;

/** A datagram client straight on the transport under test, for one thread. */
final class PacketClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PacketChannel channel;
    private final Address server;

    PacketClient(PacketChannel channel, Address server) {
        this.channel = channel;
        this.server = server;
    }

    Address address() {
        return channel.local();
    }

    void send(byte[] data) throws IOException {
        while (!channel.send(data, server)) {
            channel.awaitWritable();
        }
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The next datagram, which must come. */
    byte[] receive() throws IOException {
        var buffer = new byte[65_535];
        var time = TimeSource.system();
        var until = time.nanoTime() + PATIENCE.toNanos();
        var alarm = time.schedule(PATIENCE, channel::wake);
        try {
            while (true) {
                var packet = channel.receive(buffer);
                if (packet.isPresent()) {
                    Assertions.assertEquals(server, packet.get().sender());
                    return Arrays.copyOf(buffer, packet.get().size());
                }
                if (time.nanoTime() - until >= 0) {
                    Assertions.fail("no datagram came in " + PATIENCE.toSeconds() + " s");
                }
                channel.awaitReadable();
            }
        } finally {
            alarm.cancel();
        }
    }

    String receiveText() throws IOException {
        return new String(receive(), StandardCharsets.UTF_8);
    }

    /** Sends, and returns what comes back. */
    String ask(String text) throws IOException {
        send(text);
        return receiveText();
    }

    @Override
    public void close() {
        channel.close();
    }
}
