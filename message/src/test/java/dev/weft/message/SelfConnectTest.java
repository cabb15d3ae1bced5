package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import dev.weft.testkit.ForwardingTransport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client whose own port is the one that it dials, as chance has it between ports 32768 and 60999: TCP connects it to itself (RFC 9293, 3.5). */
@Timeout(60)
class SelfConnectTest {
    private final AtomicInteger heard = new AtomicInteger();
    private final Messages messages = new Messages().on("hello", (m, p) -> heard.incrementAndGet()).observer(Observed.open(p -> p.send("hello", "")));

    private static Transport transport(String name) {
        var transport = Transports.named(name);
        assumeTrue(transport.unavailable().isEmpty(), () -> "SKIPPED: no " + name + " here: " + transport.unavailable().orElse(""));
        return transport;
    }

    private static Address nobody(String host) throws IOException {
        try (var acceptor = Server.tcp(host, 0).listen()) {
            return acceptor.address();
        }
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "nio, ::1", "epoll, 127.0.0.1", "epoll, ::1", "io_uring, 127.0.0.1", "io_uring, ::1"})
    void aClientDoesNotTakeItselfForItsServer(String name, String host) throws Exception {
        var nobody = nobody(host);
        var where = Connection.to(nobody).from(nobody).transport(transport(name));
        assertThatThrownBy(() -> messages.open(where)).isInstanceOf(RetriesExhaustedException.class).hasCauseInstanceOf(ConnectException.class);
        assertThat(heard).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"nio, 127.0.0.1", "epoll, 127.0.0.1", "io_uring, ::1"})
    void aClientThatReconnectsDoesNotEither(String name, String host) throws Exception {
        var nobody = nobody(host);
        var server = new Messages().open(Server.tcp(host, 0)).start();
        var later = new FirstElsewhere(transport(name), server.address());
        var soon = Backoff.fixed(Duration.ofMillis(1)).attempts(3);
        var peer = messages.reconnect(soon).open(Connection.to(nobody).from(nobody).transport(later));
        server.close();
        assertThatThrownBy(peer::join).hasCauseInstanceOf(RetriesExhaustedException.class);
        assertThat(peer.failure()).get().isInstanceOf(RetriesExhaustedException.class).extracting(Throwable::getCause)
                .isInstanceOf(ConnectException.class);
        assertThat(heard).hasValue(0);
    }

    /** Leads the first connection to a server, from any port; the later ones where they want to go. */
    private static final class FirstElsewhere extends ForwardingTransport {
        private final Address first;
        private final AtomicInteger made = new AtomicInteger();

        FirstElsewhere(Transport inner, Address first) {
            super(inner);
            this.first = first;
        }

        @Override
        public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
            return made.getAndIncrement() == 0
                    ? super.connect(first, new SocketSettings(settings.options(), settings.backlog(), Optional.empty()))
                    : super.connect(remote, settings);
        }
    }
}
