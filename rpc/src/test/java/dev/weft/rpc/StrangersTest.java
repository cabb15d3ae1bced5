package dev.weft.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.weft.testkit.HostileText;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Strangers are a line in the log, at INFO and without a stack, and ten a minute at most (SPEC RPC-17)")
@Timeout(60)
class StrangersTest {
    private static final int STRANGERS = 40;
    private static final int PATIENCE_MILLIS = 30_000;
    /** Of TLS, but cut off in the middle of its version. */
    private static final byte[] BAD_HELLO = {22, 3, 1, 0, 5, 1, 0, 0, 1, 3};

    private static void assertFewAndShort(Logged logged) {
        assertThat(logged.records()).hasSizeBetween(1, 10).allSatisfy(entry -> {
            assertThat(entry.getLevel()).isEqualTo(Level.INFO);
            assertThat(entry.getThrown()).isNull();
            assertThat(entry.getLoggerName()).isEqualTo("dev.weft.rpc");
            assertThat(entry.getMessage()).matches(HostileText::isHarmless);
        });
    }

    private static RpcServer server(boolean tls) throws IOException {
        var server = RpcServer.tcp("127.0.0.1", 0);
        return (tls ? server.tls(TestCertificates.serverChain(), TestCertificates.serverKey()) : server).start(new RouteService());
    }

    /** Says something, and waits for the end of the connection. */
    private static void say(RpcServer server, byte[] words) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()), PATIENCE_MILLIS);
            socket.getOutputStream().write(words);
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
            // Reset, which is an end as well.
        }
    }

    @ParameterizedTest(name = "{1}, with TLS: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            false | GET / HTTP/1.1 | HTTP/1 ('GET / HTTP/1.1') | speaks HTTP/2 without TLS
            false | a hello of TLS | speaks TLS | speaks HTTP/2 without TLS
            false | what a nice day, isn't it? | something else ('what a nice day | speaks HTTP/2 without TLS
            true | GET / HTTP/1.1 | HTTP/1 ('GET / HTTP/1.1') | speaks TLS
            true | PRI * HTTP/2.0 | HTTP/2 without TLS | speaks TLS
            true | what a nice day, isn't it? | something else ('what a nice day | speaks TLS
            true | a hello of TLS | TLS with ipv4:127.0.0.1: | failed
            """)
    void whoSpeaksAnotherProtocolIsToldOfInWords(boolean tls, String words, String first, String second) throws IOException {
        try (var logged = new Logged(); var server = server(tls)) {
            for (int i = 0; i < STRANGERS; i++) {
                say(server, words.equals("a hello of TLS") ? BAD_HELLO : (words + "\r\n\r\n").getBytes(UTF_8));
            }
            assertFewAndShort(logged);
            assertThat(logged.lines()).hasSize(10)
                    .allSatisfy(line -> assertThat(line).contains("ipv4:127.0.0.1:", first, second, ":" + server.port()));
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whateverTheySayIsOneHarmlessLine(boolean tls) throws IOException {
        try (var server = server(tls)) {
            for (var text : HostileText.all()) {
                try (var logged = new Logged()) {
                    say(server, ("GET " + text + " HTTP/1.1\r\n\r\n").getBytes(UTF_8));
                    say(server, (text + "something else, and long enough to be seen").getBytes(UTF_8));
                    assertFewAndShort(logged);
                }
            }
        }
    }

    @Test
    void soAreFramesThatBreakTheConnection() throws IOException {
        try (var logged = new Logged(); var server = server(false)) {
            for (int i = 0; i < STRANGERS; i++) {
                try (var peer = Http2Peer.greeting(server.port())) {
                    peer.frame(Http2Peer.SETTINGS, 0, 0, new byte[1]);
                    peer.flush();
                    peer.awaitEnd();
                }
            }
            assertFewAndShort(logged);
            assertThat(logged.lines()).allMatch(line -> line.contains("Frame length 1 invalid"));
        }
    }

    /** Window updates of nothing are errors of their streams (RFC 9113, 6.9). */
    private static void breakStreams() throws IOException {
        try (var server = server(false); var peer = Http2Peer.greeting(server.port())) {
            for (int i = 0; i < STRANGERS; i++) {
                peer.call(1 + 2 * i, "routeguide.RouteGuide/RouteChat");
                peer.frame(Http2Peer.WINDOW_UPDATE, 0, 1 + 2 * i, new byte[4]);
            }
            peer.flush();
            await().until(() -> server.stats().failed() == STRANGERS);
        }
    }

    @Test
    void soAreStreamsThatTheyBreak() throws IOException {
        try (var logged = new Logged()) {
            breakStreams();
            assertFewAndShort(logged);
            assertThat(logged.lines()).allMatch(line -> line.contains("Stream Error"));
        }
    }

    @Test
    void soAreHeadersOfWhichTheTransportFails() throws IOException {
        try (var logged = new Logged(); var server = server(false); var peer = Http2Peer.greeting(server.port())) {
            for (int i = 0; i < STRANGERS; i++) {
                peer.frame(Http2Peer.HEADERS, Http2Peer.END_HEADERS, 1 + 2 * i, Http2Peer.headersOf("", "POST"));
            }
            peer.flush();
            for (int i = 0; i < STRANGERS; i++) {
                assertThat(peer.read(Http2Peer.RST_STREAM)).isNotNull();
            }
            assertFewAndShort(logged);
        }
    }

    @Test
    void aFilterThatTheProgramHasSetDecides() throws IOException {
        var transport = Logger.getLogger("io.grpc.netty.NettyServerHandler");
        var before = transport.getFilter();
        Filter all = _ -> true;
        transport.setFilter(all);
        try (var logged = new Logged()) {
            breakStreams();
            assertThat(transport.getFilter()).isSameAs(all);
            assertThat(logged.records().stream().filter(entry -> entry.getThrown() != null)).hasSizeGreaterThanOrEqualTo(STRANGERS);
        } finally {
            transport.setFilter(before);
        }
    }

    @EveryPlace
    void whatAServiceThrowsKeepsItsStackAndHasNoLineOfAStrangers(Place place) {
        try (var logged = new Logged(); var pair = place.open(Words.saying(word -> {
            throw new IllegalStateException("cannot do " + word);
        }))) {
            for (var text : HostileText.all()) {
                if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) { // of which half a pair is not UTF-8
                    Words.failure(() -> Words.say(pair.client(), text));
                }
            }
            assertThat(logged.records()).isNotEmpty().allSatisfy(entry -> {
                assertThat(entry.getLevel()).isEqualTo(Level.SEVERE);
                assertThat(entry.getMessage()).matches(HostileText::isHarmless);
                assertThat(entry.getThrown().toString()).contains("IllegalStateException: cannot do ").matches(HostileText::isHarmless);
                assertThat(entry.getThrown().getStackTrace()).anyMatch(frame -> frame.getClassName().startsWith(StrangersTest.class.getName()));
            });
        }
    }
}
