package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document's first example with Python on one side and Weft on the other (SPEC PR-E1); the Python is a peer of our own. */
@Timeout(90)
class PythonPeerTest {
    private static final String SCRIPT = "pruina_peer.py";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LONG = "中文😀 and so on ".repeat(3_000);

    @BeforeAll
    static void python() throws InterruptedException {
        assumeTrue(PythonPeer.isHere("python3", "socket"), "SKIPPED: no python3 here, so Weft was not tried against a peer in Python");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 65_536})
    @DisplayName("PR-E1, PR-W3, PR-W4: a server in Python, however few bytes it reads at a time, and a client of Weft")
    void aServerInPython(int piece) throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var messages = new Messages().on("server response", (m, server) -> heard.add(server.localName() + ": get '" + m.text() + "'"));
        try (var python = PythonPeer.running(SCRIPT, "server", Integer.toString(piece))) {
            try (var client = messages.open(Connection.to("localhost", python.number("port")))) {
                client.send("client msg", "hello world!");
                assertThat(python.line()).isEqualTo("server: get 'hello world!'");
                assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("client: get 'hello world!'");

                client.send("client msg", LONG);
                assertThat(python.line()).isEqualTo("server: get '" + LONG + "'");
                assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("client: get '" + LONG + "'");

                client.send(Message.of(-5, new byte[0]));
                assertThat(python.line()).isEqualTo("server: unknown type -5");
                assertThat(client.request("client msg", "by id", PATIENCE).text()).isEqualTo("by id");
                assertThat(python.line()).isEqualTo("server: get 'by id'");
            }
            assertThat(python.rest()).containsExactly("server: the end");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 65_536})
    @DisplayName("PR-E1, PR-W9: a client in Python that sends all in one segment, and a server of Weft")
    void aClientInPython(int piece) throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var messages = new Messages().on("client msg", (m, client) -> {
            heard.add(client.localName() + ": get '" + m.text() + "'");
            client.send("server response", m.data());
        });
        var texts = new ArrayList<>(List.of("hello world!", "", "中文消息😀"));
        IntStream.range(0, 200).forEach(n -> texts.add("number " + n));
        var arguments = new ArrayList<>(List.of("client", "", Integer.toString(piece)));
        arguments.addAll(texts);
        try (var server = messages.open(Server.tcp("localhost", 0)).start()) {
            arguments.set(1, Integer.toString(server.port()));
            try (var python = PythonPeer.running(SCRIPT, arguments.toArray(String[]::new))) {
                for (var text : texts) {
                    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("server: get '" + text + "'");
                    assertThat(python.line()).isEqualTo("client: get '" + text + "'");
                }
                assertThat(python.rest()).containsExactly("client: the end");
            }
        }
    }
}
