package dev.weft.queue;

import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links and a peer in Python that has the shape of socketlib's six classes (SPEC SL-E1, SL-E2). */
@Timeout(90)
class PythonLinkTest {
    private static final List<String> SAID = List.of("hello", "中文😀", "");

    private final Ends ends = new Ends(Place.NIO);

    @BeforeAll
    static void python() throws InterruptedException {
        assumeTrue(PythonPeer.isHere(), "SKIPPED: no python3 here, so links were not tried against a peer in Python");
    }

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private PythonPeer python(String role, Link link, String... more) throws IOException {
        return python(role, link.address().port(), more);
    }

    private PythonPeer python(String role, int port, String... more) throws IOException {
        var arguments = new java.util.ArrayList<>(List.of(role, Integer.toString(port)));
        arguments.addAll(List.of(more));
        return ends.with(new PythonPeer(arguments.toArray(String[]::new)));
    }

    private LinkBuilder<String> to(int port) {
        return Link.connect("localhost", port).asText().reconnect(Ends.QUICKLY);
    }

    @Test
    @DisplayName("SL-E2: a ServerReceiver gets exactly what a client in Python sends, and ends after three")
    void serverReceiver() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var link = ends.with(ends.listen().asText().stopReceiving(() -> received.size() >= 3).receiver(received).start());
        var python = python("client-sender", link, "--once").send("hello", "中文😀", "").thatIsAll();
        Ends.join(link);
        assertThat(received).containsExactlyElementsOf(SAID);
        assertThat(python.rest()).containsExactly("connected", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a ServerSender sends all to a client in Python, then ends")
    void serverSender() throws Exception {
        var toSend = new LinkedBlockingQueue<>(SAID);
        var link = ends.with(ends.listen().asText().stopSending(toSend::isEmpty).sender(toSend).start());
        var python = python("client-receiver", link, "--count", "3");
        Ends.join(link);
        assertThat(python.rest()).containsExactly("connected", "got 'hello'", "got '中文😀'", "got ''", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a Server and a duplex client in Python")
    void server() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var python = python("client", link, "--count", "3");
        for (var message : SAID) {
            link.send(message);
        }
        python.send("one", "two").thatIsAll();
        assertThat(next(link.received(), 2)).containsExactly("one", "two");
        assertThat(python.rest()).containsExactly("connected", "got 'hello'", "got '中文😀'", "got ''", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a ClientReceiver gets exactly what a server in Python sends, and ends after three")
    void clientReceiver() throws Exception {
        var python = python("server-sender", 0, "--once").send("hello", "中文😀", "").thatIsAll();
        var received = new LinkedBlockingQueue<String>();
        var link = ends.with(to(python.port()).stopReceiving(() -> received.size() >= 3).receiver(received).start());
        Ends.join(link);
        assertThat(received).containsExactlyElementsOf(SAID);
        assertThat(python.rest()).containsExactly("connected", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a ClientSender sends all to a server in Python, then ends")
    void clientSender() throws Exception {
        var python = python("server-receiver", 0, "--count", "3");
        var toSend = new LinkedBlockingQueue<>(SAID);
        var link = ends.with(to(python.port()).stopSending(toSend::isEmpty).sender(toSend).start());
        Ends.join(link);
        assertThat(python.rest()).containsExactly("connected", "got 'hello'", "got '中文😀'", "got ''", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a Client and a duplex server in Python")
    void client() throws Exception {
        var python = python("server", 0, "--count", "3").send("one", "two").thatIsAll();
        var link = ends.with(to(python.port()).duplex().start());
        for (var message : SAID) {
            link.send(message);
        }
        assertThat(next(link.received(), 2)).containsExactly("one", "two");
        assertThat(python.rest()).containsExactly("connected", "got 'hello'", "got '中文😀'", "got ''", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-W1, SL-E2: another delimiter, another encoding, both ways")
    void anotherDelimiterAndEncoding() throws Exception {
        var framing = Framing.delimited("|").map(b -> new String(b, StandardCharsets.ISO_8859_1), s -> s.getBytes(StandardCharsets.ISO_8859_1));
        var link = ends.with(ends.listen().as(framing).duplex().start());
        var python = python("client", link, "--count", "1", "--end", "|", "--encoding", "latin-1");
        link.send("café\r\n");
        python.send("à", "b").thatIsAll();
        assertThat(next(link.received(), 2)).containsExactly("à", "b");
        assertThat(python.rest()).containsExactly("connected", "got 'café\\r\\n'", "Graceful shutdown");
    }

    @Test
    @DisplayName("SL-E2: a message of many packets, and many messages in one")
    void longAndMany() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var python = python("client", link, "--count", "1001");
        var many = IntStream.range(0, 1_000).mapToObj(n -> "number " + n).toArray(String[]::new);
        var text = "long ".repeat(20_000);
        for (var message : many) {
            link.send(message);
        }
        link.send(text);
        python.send(many).send(text).thatIsAll();
        assertThat(next(link.received(), 1_001)).startsWith(many).endsWith(text);
        assertThat(python.line()).isEqualTo("connected");
        for (var message : many) {
            assertThat(python.line()).isEqualTo("got '" + message + "'");
        }
        assertThat(python.line()).isEqualTo("got '" + text + "'");
    }

    @Test
    @DisplayName("SL-E1: server.py in Python, client.py in Weft; the server dies and another follows at its port")
    void serverInPython() throws Exception {
        var first = python("server-sender", 0, "--every", "0.01");
        var port = first.port();
        var client = ends.with(to(port).receiver().start());
        assertThat(next(client.received(), 5)).containsExactly("message 1", "message 2", "message 3", "message 4", "message 5");
        first.close();
        until(client, State.RECONNECTING);
        client.received().clear();
        python("server-sender", port, "--every", "0.01");
        assertThat(next(client.received(), 3)).containsExactly("message 1", "message 2", "message 3");
        assertThat(client.stats().connections()).isEqualTo(2);
        client.close();
    }

    @Test
    @DisplayName("SL-E1: server.py in Python, client.py in Weft; the client goes and another comes")
    void serverInPythonWithTwoClients() throws Exception {
        var server = python("server-sender", 0, "--every", "0.01");
        var port = server.port();
        var first = ends.with(to(port).receiver().start());
        assertThat(next(first.received(), 2)).containsExactly("message 1", "message 2");
        first.close();
        var second = ends.with(to(port).receiver().start());
        var numbers = next(second.received(), 5).stream().map(m -> Integer.valueOf(m.substring("message ".length()))).toList();
        assertThat(numbers).isSorted().doesNotHaveDuplicates().allMatch(n -> n > 2); // what Python sent before it saw the end is lost, its way
    }

    @Test
    @DisplayName("SL-E1: server.py in Weft, client.py in Python; the client dies and another comes, and no message is lost between them")
    void clientInPython() throws Exception {
        var server = ends.with(Link.listen(Server.tcp("localhost", 0)).asText().sender().start());
        var first = python("client-receiver", server);
        assertThat(first.line()).isEqualTo("connected");
        server.send("message 1");
        assertThat(first.line()).isEqualTo("got 'message 1'");
        first.close();
        until(server, State.RECONNECTING);
        server.send("message 2");
        var second = python("client-receiver", server);
        server.send("message 3");
        assertThat(List.of(second.line(), second.line(), second.line())).containsExactly("connected", "got 'message 2'", "got 'message 3'");
    }

    @Test
    @DisplayName("SL-E1: server.py in Weft, client.py in Python; the server ends and another follows at its port, which Python finds")
    void clientInPythonWithTwoServers() throws Exception {
        var first = ends.with(Link.listen(Server.tcp("localhost", 0)).asText().sender().start());
        var python = python("client-receiver", first);
        first.send("message 1");
        assertThat(List.of(python.line(), python.line())).containsExactly("connected", "got 'message 1'");
        var port = first.address().port();
        first.close();
        assertThat(python.line()).isEqualTo("lost");
        var second = ends.with(Link.listen(Server.tcp("localhost", port)).asText().sender().start());
        second.send("message 2");
        assertThat(List.of(python.line(), python.line())).containsExactly("connected", "got 'message 2'");
    }

    @Test
    @DisplayName("SL-E2, SL-BUG-4: a duplex in Python comes again, and both directions go on")
    void aDuplexInPythonComesAgain() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        for (int n = 0; n < 2; n++) {
            var python = python("client", link).send("from Python " + n);
            link.send("from Weft " + n);
            assertThat(next(link.received())).isEqualTo("from Python " + n);
            assertThat(List.of(python.line(), python.line())).containsExactly("connected", "got 'from Weft " + n + "'");
            python.close();
            until(link, State.RECONNECTING);
        }
        assertThat(link.stats().connections()).isEqualTo(2);
    }

    @Test
    @DisplayName("SL-W5, SL-E2: what would be two messages in Python is refused here")
    void noMessageBecomesTwo() throws Exception {
        var link = ends.with(ends.listen().asText().sender().start());
        var python = python("client-receiver", link, "--count", "2");
        link.toSend().addAll(List.of("one", "a\r\nb", "two"));
        assertThat(python.rest()).containsExactly("connected", "got 'one'", "got 'two'", "Graceful shutdown");
    }
}
