package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Proxy;
import java.net.BindException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.nio.NioTransport;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams, their handlers, and sockets of one's own; what holds on every transport is proven in the conformance suite. */
@Timeout(30)
class DatagramTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ServerObserver SILENT = new ServerObserver() {
        @Override
        public void failed(Datagram d, Throwable failure) {
            // on purpose
        }
    };

    private static DatagramBuilder server() {
        return Server.udp("localhost", 0).concurrency(Concurrency.sequential()).observer(SILENT);
    }

    private static Datagrams socket() throws IOException {
        return Datagrams.udp(Address.of("localhost", 0));
    }

    /** The answers to these datagrams, up to the one to "last". */
    private static List<String> answers(Server server, String... sent) throws IOException {
        var answers = new ArrayList<String>();
        try (var _ = server.start(); var socket = socket()) {
            for (var text : sent) {
                socket.send(text, server.address());
            }
            while (answers.isEmpty() || !answers.getLast().equals("last")) {
                answers.add(socket.receive(SOON).text());
            }
        }
        return answers;
    }

    // What comes.

    @Test
    void aLongDatagramIsCutAndSaysSo() throws IOException {
        // SPEC SS-24.
        try (var server = server().maxPacketSize(4).open(d -> d.reply(d.truncated() + " " + d.text())).start(); var socket = socket()) {
            for (var text : List.of("123", "1234", "12345")) {
                socket.send(text, server.address());
            }
            assertThat(socket.receive(SOON).text()).isEqualTo("false 123");
            assertThat(socket.receive(SOON).text()).isEqualTo("false 1234");
            assertThat(socket.receive(SOON).text()).isEqualTo("true 1234");
        }
    }

    @Test
    void aDatagramKnowsItsSenderAndItsText() throws Exception {
        BlockingQueue<Datagram> seen = new ArrayBlockingQueue<>(1);
        try (var server = server().open(seen::add).start(); var socket = socket()) {
            socket.send("héllo", server.address());
            var datagram = seen.poll(10, TimeUnit.SECONDS);
            assertThat(datagram.text()).isEqualTo("héllo");
            assertThat(datagram.sender()).isEqualTo(socket.address());
            assertThat(datagram.truncated()).isFalse();
            datagram.data()[0] = '!';
            assertThat(datagram.text()).as("data() is a copy").isEqualTo("héllo");
        }
    }

    @Test
    void anEmptyDatagramIsOneToo() throws IOException {
        try (var server = server().open(d -> d.reply(new byte[0])).start(); var socket = socket()) {
            socket.send(new byte[0], server.address());
            assertThat(socket.receive(SOON).data()).isEmpty();
        }
    }

    @Test
    void theLongestDatagramArrivesWhole() throws IOException {
        try (var server = server().maxPacketSize(65_535).open(d -> d.reply(d.data())).start(); var socket = socket()) {
            var longest = new byte[65_507]; // 65,535 less the headers of UDP and IPv4
            longest[65_506] = 7;
            socket.send(longest, server.address());
            assertThat(socket.receive(SOON).data()).isEqualTo(longest);
            assertThatThrownBy(() -> socket.send(new byte[65_508], server.address())).isInstanceOf(IOException.class);
            socket.send("still of use", server.address());
            assertThat(socket.receive(SOON).text()).isEqualTo("still of use");
        }
    }

    // rfile and wfile.

    @Test
    void theDataIsAStreamAndTheAnswerToo() throws IOException {
        // SPEC SS-46: many writes, one datagram.
        assertThat(answers(server().open(d -> {
            for (int b; (b = d.input().read()) >= 0;) {
                d.output().write(Character.toUpperCase(b));
            }
            d.output().write('!');
            if (d.text().equals("last")) {
                d.reply("last");
            }
        }), "abc", "last")).containsExactly("ABC!", "last");
    }

    @Test
    void aPlainHandlerThatWritesNothingSendsNothing() throws IOException {
        assertThat(answers(server().open(d -> {
            if (d.text().equals("last")) {
                d.reply("last");
            }
        }), "a", "b", "last")).containsExactly("last");
    }

    @Test
    void whatAPlainHandlerWroteLeavesAlsoWhenItThrows() throws IOException {
        // SPEC SS-47.
        assertThat(answers(server().open(d -> {
            d.output().write(d.data());
            if (!d.text().equals("last")) {
                throw new IllegalStateException();
            }
        }), "partial", "last")).containsExactly("partial", "last");
    }

    // DatagramRequestHandler.

    static final class Steps extends DatagramRequestHandler {
        private final StringBuilder steps = new StringBuilder();

        private void step(String name) throws IOException {
            steps.append(name);
            if (datagram().text().equals("throw in " + name)) {
                output().write(steps.toString().getBytes());
                throw new IllegalStateException(name);
            }
        }

        @Override
        protected void setup() throws IOException {
            step("setup");
        }

        @Override
        protected void handle() throws IOException {
            step("handle");
            if (!datagram().text().equals("nothing")) {
                output().write(input().readAllBytes());
            }
        }

        @Override
        protected void finish() throws IOException {
            step("finish");
        }
    }

    @Test
    void whatAHandlerObjectWroteLeavesAsOneDatagram() throws IOException {
        // SPEC SS-46.
        assertThat(answers(server().open(Steps.class), "answer", "last")).containsExactly("answer", "last");
    }

    @Test
    void aHandlerObjectThatWroteNothingSendsAnEmptyDatagram() throws IOException {
        // SPEC SS-47.
        assertThat(answers(server().open(Steps.class), "nothing", "last")).containsExactly("", "last");
    }

    @Test
    void whatAHandlerObjectWroteLeavesAlsoWhenItThrows() throws IOException {
        // SPEC SS-47.
        assertThat(answers(server().open(Steps.class), "throw in handle", "last")).containsExactly("setuphandle", "last");
        assertThat(answers(server().open(Steps.class), "throw in finish", "last"))
                .containsExactly("throw in finishsetuphandlefinish", "last");
    }

    @Test
    void aHandlerObjectWhoseSetupThrowsSendsNothing() throws IOException {
        // SPEC SS-41.
        assertThat(answers(server().open(Steps.class), "throw in setup", "last")).containsExactly("last");
    }

    @Test
    void eachDatagramHasAHandlerObjectOfItsOwn() {
        // SPEC SS-40.
        var once = new Steps();
        assertThatThrownBy(once::datagram).isInstanceOf(IllegalStateException.class).hasMessageContaining("before setup()");
        var datagram = new Datagram(new byte[0], Address.memory("sender"), false, (_, _) -> {});
        assertThatCode(() -> once.handle(datagram)).doesNotThrowAnyException();
        assertThatThrownBy(() -> once.handle(datagram)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("serves one datagram");
    }

    // Answers that nobody takes.

    /** A server that has been asked once, by a socket that takes no answer; when it tried to answer, by the machine's clock. */
    private static Server refusing(BlockingQueue<Long> attempts, DatagramBuilder builder, BlockingQueue<Throwable> failures)
            throws IOException {
        var nio = new NioTransport();
        var refusing = (Transport) Proxy.newProxyInstance(DatagramTest.class.getClassLoader(), new Class<?>[] {Transport.class},
                (_, called, arguments) -> {
                    if (!called.getName().equals("bind")) {
                        return called.invoke(nio, arguments);
                    }
                    var channel = nio.bind((Address) arguments[0], (SocketSettings) arguments[1]);
                    return Proxy.newProxyInstance(DatagramTest.class.getClassLoader(), new Class<?>[] {PacketChannel.class},
                            (_, method, given) -> method.getName().equals("send")
                                    ? !attempts.add(System.nanoTime())
                                    : method.invoke(channel, given));
                });
        return builder.transport(refusing).observer(new ServerObserver() {
            @Override
            public void failed(Datagram d, Throwable failure) {
                failures.add(failure);
            }
        }).open(d -> d.reply(d.data())).start();
    }

    @Test
    void anAnswerThatIsNotTakenIsTriedEverMoreSeldomAndDroppedInTime() throws Exception {
        var clock = new ManualClock();
        var attempts = new LinkedBlockingQueue<Long>();
        var failures = new LinkedBlockingQueue<Throwable>();
        try (var server = refusing(attempts, Server.udp("localhost", 0).time(clock), failures); var socket = socket()) {
            socket.send("?", server.address());
            var before = attempts.poll(10, TimeUnit.SECONDS);
            for (long millis : new long[] {1, 2, 4, 8, 16, 32, 50, 50}) {
                var next = attempts.poll(10, TimeUnit.SECONDS);
                assertThat(next - before).isBetween(millis * 1_000_000, 10_000_000_000L);
                before = next;
            }
            clock.advance(Duration.ofSeconds(30));
            assertThat(failures.poll(10, TimeUnit.SECONDS)).isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(socket.address() + " took nothing for 30 s; the answer was dropped");
            assertThat(server.stats().bytesOut()).isZero();
        }
    }

    @Test
    void howLongAnAnswerWaitsIsTheServersWriteDeadline() throws Exception {
        var clock = new ManualClock();
        var attempts = new LinkedBlockingQueue<Long>();
        var failures = new LinkedBlockingQueue<Throwable>();
        var builder = Server.udp("localhost", 0).time(clock).deadlines(Deadlines.none().write(Duration.ofSeconds(2)));
        try (var server = refusing(attempts, builder, failures); var socket = socket()) {
            socket.send("?", server.address());
            for (int i = 0; i < 2; i++) { // after the second its deadline stands
                attempts.poll(10, TimeUnit.SECONDS);
            }
            clock.advance(Duration.ofSeconds(2));
            var failure = failures.poll(10, TimeUnit.SECONDS);
            assertThat(failure).isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(socket.address() + " took nothing for 2 s; the answer was dropped");
        }
    }

    @Test
    void withoutAWriteDeadlineAnAnswerIsTriedOn() throws Exception {
        var clock = new ManualClock();
        var attempts = new LinkedBlockingQueue<Long>();
        var failures = new LinkedBlockingQueue<Throwable>();
        try (var server = refusing(attempts, Server.udp("localhost", 0).time(clock).deadlines(Deadlines.none()), failures);
                var socket = socket()) {
            socket.send("?", server.address());
            attempts.poll(10, TimeUnit.SECONDS);
            clock.advance(Duration.ofDays(1));
            attempts.clear();
            for (int i = 0; i < 2; i++) {
                assertThat(attempts.poll(10, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(failures).isEmpty();
            var draining = Thread.ofVirtual().start(() -> server.drain(Duration.ofSeconds(1)));
            await().until(() -> {
                clock.advance(Duration.ofSeconds(1));
                return !draining.isAlive();
            });
        }
    }

    @Test
    void aDrainEndsTheWaitForOneWhoTakesNoAnswer() throws Exception {
        var attempts = new LinkedBlockingQueue<Long>();
        var failures = new LinkedBlockingQueue<Throwable>();
        try (var server = refusing(attempts, Server.udp("localhost", 0), failures); var socket = socket()) {
            socket.send("?", server.address());
            attempts.poll(10, TimeUnit.SECONDS);
            assertThat(server.drain(Duration.ofNanos(1)).interrupted()).isOne();
            assertThat(failures).isEmpty();
        }
    }

    // Sockets of one's own.

    @Test
    void receivingEndsInTime() throws IOException {
        try (var socket = socket()) {
            assertThatThrownBy(() -> socket.receive(Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("20 ms");
            socket.send("still of use", socket.address());
            assertThat(socket.receive(SOON).text()).isEqualTo("still of use");
        }
    }

    @Test
    void receivingEndsWithinTheSocketsReadDeadlineUnlessAnotherTimeIsGiven() throws IOException {
        try (var socket = socket().deadlines(Deadlines.none().read(Duration.ofMillis(20)))) {
            assertThatThrownBy(socket::receive).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("20 ms");
            assertThatThrownBy(() -> socket.receive(Duration.ofMillis(10))).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("10 ms");
            socket.send("in time", socket.address());
            assertThat(socket.receive().text()).isEqualTo("in time");
        }
    }

    @Test
    void whoWaitsIsToldThatTheSocketWasClosed() throws Exception {
        var socket = socket();
        var receiving = new FutureTask<>(socket::receive);
        var thread = Thread.ofVirtual().start(receiving);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        socket.close();
        socket.close();
        assertThatThrownBy(receiving::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("was closed");
        assertThatThrownBy(socket::receive).isInstanceOf(SocketException.class).hasMessageContaining("was closed");
        assertThatThrownBy(() -> socket.send("x", Address.of("localhost", 9))).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheSocket() throws Exception {
        try (var socket = socket()) {
            var receiving = new FutureTask<>(socket::receive);
            var thread = Thread.ofVirtual().start(receiving);
            Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
            thread.interrupt();
            assertThatThrownBy(receiving::get).cause().isInstanceOf(InterruptedIOException.class);
            socket.send("still of use", socket.address());
            assertThat(socket.receive(SOON).text()).isEqualTo("still of use");
        }
    }

    @Test
    void aDatagramReceivedIsAnsweredByTheSocketItCameBy() throws IOException {
        try (var one = socket(); var other = socket()) {
            one.send("ping", other.address());
            other.receive(SOON).reply("pong");
            var pong = one.receive(SOON);
            assertThat(pong.text()).isEqualTo("pong");
            assertThat(pong.sender()).isEqualTo(other.address());
        }
    }

    @Test
    void theEveryInterfaceAddressOfAServerMeansThisMachine() throws IOException {
        try (var server = Server.udp(0).open(d -> d.reply(d.data())).start(); var socket = Datagrams.udp()) {
            assertThat(server.address().isAny()).isTrue();
            socket.send("hello", server.address());
            assertThat(socket.receive(SOON).text()).isEqualTo("hello");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (var socket = socket()) {
            assertThatThrownBy(() -> Datagrams.udp(socket.address())).isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot bind " + socket.address());
        }
    }
}
