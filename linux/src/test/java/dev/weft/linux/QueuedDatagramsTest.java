package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.socket.LinuxPackets;
import dev.weft.net.Address;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A drain asks the socket and not the events: what stands in the kernel's queue may have come without one so far. */
@Timeout(60)
@DisplayName("Datagrams that are queued when a drain begins (SS-15)")
class QueuedDatagramsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int QUEUED = 5;

    @TempDir
    static Path folder;

    /** As epoll, with datagram sockets whose events can be lost. */
    private static final class Forgetful extends LinuxTransport {
        private Optional<LinuxPackets> bound = Optional.empty();

        @Override
        public String name() {
            return "forgetful";
        }

        @Override
        public int priority() {
            return -1;
        }

        @Override
        public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
            var channel = (LinuxPackets) super.bind(local, settings);
            bound = Optional.of(channel);
            return channel;
        }

        /** No event reaches the socket from now on: each is as late as can be. */
        void forget() {
            var channel = bound.orElseThrow();
            Waiter.shared().forget(channel.fileno().orElseThrow(), channel);
        }

        @Override
        public ListenerChannel listen(Address address, SocketSettings settings) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamChannel connect(Address remote, SocketSettings settings) {
            throw new UnsupportedOperationException();
        }
    }

    static Stream<Address> addresses() {
        return Stream.of(Address.of("127.0.0.1", 0), Address.unix(folder.resolve("server")));
    }

    private static Datagrams client(Server server) throws IOException {
        return server.address().kind() == Address.Kind.UNIX ? Datagrams.unix(folder.resolve("client")) : Datagrams.udp(Address.of("127.0.0.1", 0));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void theyAreServedWithoutAnEvent(Address address) throws Exception {
        var transport = new Forgetful();
        try (var server = Server.datagrams(address).transport(transport).open(d -> d.reply(d.text())).start(); var client = client(server)) {
            await("the loop to wait").until(() -> server.threads().getFirst().getState() == Thread.State.WAITING);
            transport.forget();
            for (int i = 0; i < QUEUED; i++) {
                client.send(String.valueOf(i), server.address());
            }
            assertThat(server.stats().accepted()).as("nobody knows of them").isZero();
            assertThat(server.drain(PATIENCE).clean()).isTrue();
            assertThat(server.stats().accepted()).isEqualTo(QUEUED);
            for (int i = 0; i < QUEUED; i++) {
                assertThat(client.receive(PATIENCE).text()).hasSize(1);
            }
        }
    }
}
