package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.LogRecord;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What strangers do to the log: a few lines a minute, each of them one line, and nothing in it that acts. */
@Timeout(60)
class StrangersTest {
    private static final Address HERE = Address.memory("strangers");
    private static final int MANY = 40;
    private static final String HOSTILE = "one\nSEVERE: forged \u001b[2J \u202egnirts \ud800";

    private static boolean isHarmless(String line) {
        return line.chars().noneMatch(c -> c != '\t' && Character.getType(c) != Character.SURROGATE && Character.isISOControl(c))
                && !line.contains("\u202e") && !line.contains("\ud800");
    }

    private static void assertShort(List<LogRecord> records) {
        assertThat(records).allSatisfy(r -> {
            assertThat(r.getLevel()).isEqualTo(Level.INFO);
            assertThat(r.getThrown()).isNull();
            assertThat(r.getMessage()).matches(StrangersTest::isHarmless);
        });
    }

    /** In a process of its own, or it would use up what others of this one may log in a minute. */
    static final class Flooded {
        private Flooded() {}

        public static void main(String[] arguments) throws IOException {
            if (arguments.length == 0) {
                breakOffInsideMessages();
            } else {
                speakNoTls(Tls.server(Path.of(arguments[0]), Path.of(arguments[1])));
            }
            System.out.println("flooded");
        }

        private static void breakOffInsideMessages() throws IOException {
            try (var server = Server.at(HERE).open(c -> c.frames(Framing.lengthPrefixed(4)).forEach(_ -> {})).start()) {
                for (int i = 0; i < MANY; i++) {
                    try (var stranger = Connection.to(HERE).open()) {
                        stranger.send(new byte[1]);
                    }
                }
                awaitFailures(server);
            }
        }

        private static void speakNoTls(Tls tls) throws IOException {
            try (var server = Server.tcp("localhost", 0).tls(tls).open(_ -> {}).start()) {
                for (int i = 0; i < MANY; i++) {
                    try (var stranger = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
                        stranger.getOutputStream().write((HOSTILE + "\n").getBytes(StandardCharsets.UTF_8));
                        stranger.shutdownOutput();
                        stranger.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // Reset, as it deserves.
                    }
                }
                awaitFailures(server);
            }
        }

        private static void awaitFailures(Server server) {
            while (server.stats().failed() < MANY) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void strangersThatBreakOffInsideAMessageFillNoLog() throws Exception {
        assertTenLines();
    }

    @Test
    void strangersThatSpeakNoTlsFillNoLog() throws Exception {
        assertTenLines(TestCertificates.chain("server").toString(), TestCertificates.key("server").toString());
    }

    private static void assertTenLines(String... arguments) throws Exception {
        try (var program = ChildJvm.running(Flooded.class, arguments)) {
            assertThat(program.exit()).isZero();
            var printed = program.rest();
            assertThat(printed).contains("flooded").allMatch(StrangersTest::isHarmless).noneMatch(line -> line.startsWith("SEVERE: "))
                    .noneMatch(line -> line.startsWith("\tat "));
            assertThat(printed).filteredOn(line -> line.startsWith("INFO: ")).hasSize(10);
        }
    }

    @Test
    void whatAStrangerSaysInAFailureIsMadeSafe() throws IOException {
        try (var log = new LogCapture(); var server = Server.at(HERE).open(c -> {
            throw c.blame(new ProtocolException("no such command: " + HOSTILE));
        }).start()) {
            Connection.to(HERE).open().receive(1);
            Awaitility.await().until(() -> server.stats().failed() == 1);
            assertShort(log.records());
        }
    }

    @Test
    void whatAHandlerDoesWrongKeepsItsStackButNoLineOfAStrangers() throws IOException {
        try (var log = new LogCapture(); var _ = Server.at(HERE).open(_ -> {
            throw new IllegalStateException("cannot do " + HOSTILE);
        }).start()) {
            Connection.to(HERE).open().receive(1);
            Awaitility.await().until(() -> !log.records().isEmpty());
            assertThat(log.records()).singleElement().satisfies(r -> {
                assertThat(r.getLevel()).isEqualTo(Level.SEVERE);
                assertThat(r.getThrown().toString()).startsWith("java.lang.IllegalStateException: cannot do one").matches(StrangersTest::isHarmless);
                assertThat(r.getThrown().getStackTrace()).anyMatch(frame -> frame.getClassName().startsWith(StrangersTest.class.getName()));
            });
        }
    }

    @Test
    void theHandlersOfADrainThatIsNotCleanAreOneRecordEach() throws Exception {
        var entered = new CopyOnWriteArrayList<Connection>();
        try (var log = new LogCapture(); var server = Server.at(HERE).open(c -> {
            entered.add(c);
            c.receive(1);
        }).start(); var _ = Connection.to(HERE).open()) {
            Awaitility.await().until(() -> !entered.isEmpty());
            server.drain(Duration.ofMillis(1));
            assertThat(log.records()).hasSize(2).allSatisfy(r -> assertThat(r.getMessage()).doesNotContain("\n", "^J"));
            assertThat(log.records().getLast().getThrown().getStackTrace()).isNotEmpty();
        }
    }

    @Test
    void aRememberedFailureIsFoundHoweverDeepItLies() throws IOException {
        try (var server = Server.at(HERE).open(_ -> {}); var c = Connection.to(HERE).open()) {
            var first = c.blame(new IOException("the peer's"));
            for (int i = 0; i < 20; i++) {
                c.blame(new IOException("later " + i));
            }
            var last = c.blame(new IOException("the last"));
            assertThat(c.causedByPeer(new IllegalStateException(new RuntimeException(last)))).isTrue();
            assertThat(c.causedByPeer(first)).as("only the latest ones are remembered").isFalse();
            assertThat(c.causedByPeer(new IOException("the peer's"))).isFalse();
            var circle = new IllegalStateException("a");
            circle.initCause(new IllegalStateException("b", circle));
            assertThat(c.causedByPeer(circle)).isFalse();
            assertThat(server.transport()).isEqualTo("memory");
        }
    }
}
