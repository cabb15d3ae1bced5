package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can't be had is refused when the server is opened, with the reason, and nothing is left bound. */
@Timeout(30)
class RefusalTest {
    private static final Address HERE = Address.memory("refusal");

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBound() throws IOException {
        Server.at(HERE).open(_ -> {}).close();
        assertThat(folder).isEmptyDirectory();
    }

    // What needs the native transport.

    @Test
    void unixDatagramsAreRefused() {
        // SPEC SS-50.
        assertUnsupported(() -> Server.unixDatagrams(folder.resolve("d")).open(_ -> {}), "datagram sockets", folder.resolve("d").toString(),
                "dev.weft.linux");
        assertUnsupported(() -> Datagrams.unix(folder.resolve("d")), "datagram sockets", "dev.weft.linux");
    }

    @Test
    void workerProcessesAreRefused() {
        // SPEC SS-35.
        assertUnsupported(() -> Server.at(HERE).concurrency(Concurrency.processes(4))
                .open(Plain.class), "worker processes", "weft-workers", "dev.weft.workers");
        assertUnsupported(() -> Server.udp("localhost", 0).concurrency(Concurrency.processes(4))
                .open(PlainPacket.class), "worker processes");
    }

    @Test
    void abstractAddressesAreRefused() {
        assertUnsupported(() -> Server.at(Address.unixAbstract("weft")).open(_ -> {}), "unix:@weft", "dev.weft.linux");
        assertUnsupported(() -> Connection.to(Address.unixAbstract("weft")).open(), "unix:@weft", "dev.weft.linux");
    }

    @Test
    void datagramsInMemoryAreRefused() {
        assertUnsupported(() -> Datagrams.udp(Address.memory("x")), "datagram sockets", "memory:x");
    }

    // Handlers.

    static final class Plain implements Handler {
        @Override
        public void handle(Connection c) {}
    }

    static final class PlainPacket implements DatagramHandler {
        @Override
        public void handle(Datagram d) {}
    }

    static final class Session extends RequestHandler {
        @Override
        protected void handle() {}
    }

    static final class Packet extends DatagramRequestHandler {
        @Override
        protected void handle() {}
    }

    @SuppressWarnings("ClassCanBeStatic") // that it is not is what it is for
    final class Inner implements Handler {
        @Override
        public void handle(Connection c) {}
    }

    abstract static class Abstract implements Handler {}

    interface Extended extends Handler {}

    record Wanting(String argument) implements Handler {
        @Override
        public void handle(Connection c) {}
    }

    @Test
    void anObjectThatServesOneRequestIsRefusedForAll() {
        assertIllegal(() -> Server.at(HERE).open(new Session()), "Session", "Session.class");
        assertIllegal(() -> Server.udp("localhost", 0).open(new Packet()), "Packet", "Packet.class");
    }

    @Test
    void aClassThatNeedsAnObjectAroundItIsRefused() {
        assertIllegal(() -> Server.at(HERE).open(Inner.class), "Inner", "static or top-level");
        class Local implements Handler {
            @Override
            public void handle(Connection c) {}
        }
        assertIllegal(() -> Server.at(HERE).open(Local.class), "Local", "static or top-level");
        Handler anonymous = new Handler() {
            @Override
            public void handle(Connection c) {}
        };
        assertIllegal(() -> Server.at(HERE).open(anonymous.getClass()), "static or top-level");
    }

    @Test
    void aClassOfWhichThereAreNoObjectsIsRefused() {
        assertIllegal(() -> Server.at(HERE).open(Abstract.class), "Abstract", "abstract");
        assertIllegal(() -> Server.at(HERE).open(Extended.class), "Extended", "abstract");
        assertIllegal(() -> Server.at(HERE).open(Handler.class), "Handler", "abstract");
        assertIllegal(() -> Server.at(HERE).open(Wanting.class), "Wanting", "no constructor without arguments");
    }

    @Test
    void aClassMayHideItselfAndItsConstructor() throws IOException {
        try (var server = Server.at(HERE).open(Plain.class)) {
            assertThat(server.handler()).isEqualTo(Plain.class);
        }
    }

    @Test
    void aRequestHandlerRefusesToServeTwice() throws Exception {
        var session = new Session();
        try (var c = ScriptedPeer.saying().connect()) {
            session.handle(c);
            assertThatThrownBy(() -> session.handle(c)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("serves one connection");
        }
        assertThatThrownBy(new Session()::connection).isInstanceOf(IllegalStateException.class).hasMessageContaining("before setup()");
    }

    // Parts that don't fit.

    @Test
    void aSequentialServerTakesNoAdmission() {
        assertIllegal(() -> Server.at(HERE).concurrency(Concurrency.sequential()).admission(Admission.rejecting(5))
                .open(_ -> {}), "sequential", "backlog");
    }

    @Test
    void anActionWithoutAnIntervalIsRefused() {
        assertIllegal(() -> Server.at(HERE).every(Duration.ZERO, () -> {}).open(_ -> {}), "PT0S");
        assertIllegal(() -> Server.at(HERE).every(Duration.ofSeconds(-1), () -> {}).open(_ -> {}), "PT-1S");
    }

    @Test
    void aDatagramServerThatTakesNothingIsRefused() {
        assertIllegal(() -> Server.udp(0).inFlight(0), "inFlight: at least 1 is needed, not 0");
        assertIllegal(() -> Server.udp(0).maxPacketSize(0), "maxPacketSize: at least 1 is needed, not 0");
    }

    @Test
    void aTransportThatIsNotThereIsRefusedAndTheOthersListed() {
        assertIllegal(() -> Transports.named("pigeon"), "pigeon", "nio", "memory");
        assertThat(Transports.named("nio").name()).isEqualTo("nio");
        assertThat(Transports.named("memory").name()).isEqualTo("memory");
    }

    @Test
    void aTransportThatDoesNotServeTheAddressIsRefused() {
        assertUnsupported(() -> Server.at(HERE).transport(Transports.named("nio")).open(_ -> {}), "memory:refusal");
        assertUnsupported(() -> Server.tcp("localhost", 0).transport(Transports.named("memory")).open(_ -> {}), "localhost:0");
        assertUnsupported(() -> Connection.to(HERE).transport(Transports.named("nio")).open(), "memory:refusal");
    }

    @Test
    void outsideAHandlerThereIsNoCurrentServerOrConnection() {
        assertThatThrownBy(Server::current).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Thread.currentThread().getName());
        assertThatThrownBy(Connection::current).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Thread.currentThread().getName());
    }

    private static void assertUnsupported(ThrowingCallable open, String... words) {
        assertThatThrownBy(open).isInstanceOf(UnsupportedOperationException.class).message().contains(words);
    }

    private static void assertIllegal(ThrowingCallable open, String... words) {
        assertThatThrownBy(open).isInstanceOf(IllegalArgumentException.class).message().contains(words);
    }
}
