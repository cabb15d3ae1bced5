package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft send}, {@code receive} and {@code link} as processes of their own: signals, and what is printed before the end. */
@Timeout(60)
class QueueProcessTest {
    private static final String GRACEFUL = "Graceful shutdown";

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    @DisplayName("SL-44, SL-BUG-13: what was received is printed before a signal ends it, though nobody read the output until then")
    void allThatWasReceivedIsPrinted(String signal) throws Exception {
        try (var receive = WeftProcess.weft("receive", "-p", "0")) {
            var server = WeftProcess.address(receive.told());
            assumeNotIgnored(signal, receive);
            try (var peer = new Socket("127.0.0.1", server.port())) {
                peer.setSoTimeout(20_000);
                for (int i = 0; i < 500; i++) { // more than a pipe holds, and fewer than the queue does
                    peer.getOutputStream().write((i + "x".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                peer.shutdownOutput();
                assertThat(peer.getInputStream().read()).as("it has read all when it closes").isEqualTo(-1);
            }
            kill(signal, receive);

            assertThat(receive.out.lines()).containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(i -> i + "x".repeat(1_000)).toList());
            assertThat(receive.told()).isEqualTo(GRACEFUL);
            assertThat(receive.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"link -s -p 0", "link -s -t sender -p 0", "link -s -t receiver -p 0 -r", "receive -p 0", "send --server -p 0 hello",
            "receive -p 0 --delivery at-least-once"})
    @DisplayName("SL-44, SL-BUG-2: Ctrl-C ends who waits for a client")
    void anInterruptEndsWhoWaitsForAClient(String line) throws Exception {
        try (var weft = WeftProcess.weft(line.split(" "))) {
            assertThat(weft.told()).startsWith("listening on tcp://127.0.0.1:");
            assumeNotIgnored("INT", weft);

            assertThat(weft.signal("INT")).isZero();
            assertThat(weft.err().lines()).endsWith(GRACEFUL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "link -t sender", "link -t receiver", "receive --client", "send"})
    @DisplayName("SL-44, SL-BUG-2: Ctrl-C ends who is idle on a connection")
    void anInterruptEndsWhoIsIdle(String line) throws Exception {
        try (var listener = listener(); var weft = WeftProcess.weft((line + " -r -p " + listener.getLocalPort()).split(" "))) {
            listener.accept().close();
            try (var peer = listener.accept()) {
                assertThat(weft.told()).startsWith("weft: lost ");
                assertThat(weft.told()).startsWith("weft: connected to ");
                assumeNotIgnored("INT", weft);

                assertThat(weft.signal("INT")).isZero();
                assertThat(weft.err().lines()).containsExactly(GRACEFUL);
                assertThat(peer.getInputStream().read()).as("the end of the stream, not a reset").isEqualTo(-1);
            }
        }
    }

    @Test
    @DisplayName("SL-44, SL-BUG-2: Ctrl-C ends who tries to connect")
    void anInterruptEndsWhoTriesToConnect() throws Exception {
        try (var listener = listener(); var weft = WeftProcess.weft("receive", "-c", "-r", "-o", "60", "-p", "" + listener.getLocalPort())) {
            var only = listener.accept();
            stop(listener);
            only.close();
            assertThat(weft.told()).startsWith("weft: lost ");
            assumeNotIgnored("INT", weft);

            assertThat(weft.signal("INT")).isZero();
            assertThat(weft.err().lines()).containsExactly(GRACEFUL);
        }
    }

    @Test
    void aClosedStandardOutputEndsIt() throws Exception {
        try (var receive = WeftProcess.weft("receive", "-p", "0")) {
            var server = WeftProcess.address(receive.told());
            receive.out.close();
            try (var peer = new Socket("127.0.0.1", server.port())) {
                peer.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(receive.exitCode()).isEqualTo(1);
            }
            assertThat(receive.err()).startsWith("weft: standard output is closed").hasLineCount(1);
        }
    }

    private static void assumeNotIgnored(String signal, WeftProcess weft) throws IOException {
        assumeFalse("INT".equals(signal) && weft.ignoresInterrupt(), "skipped: these tests were started with SIGINT ignored");
    }

    /** Does not wait for the end, which waits for somebody to read what is printed. */
    private static void kill(String signal, WeftProcess weft) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(weft.process.pid())).inheritIO().start().waitFor();
    }

    /** Nobody else is accepted. */
    private static void stop(ServerSocket listener) throws IOException {
        listener.close();
    }

    private static ServerSocket listener() throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        listener.setSoTimeout(20_000);
        return listener;
    }
}
