package dev.weft.message;

import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that SPEC gives are the bytes on the wire, for servers and clients, coming and going. */
@Timeout(30)
class WireVectorsTest {
    static final List<WireVector> VECTORS = WireVector.ALL;

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W1, PR-W2, PR-W3: a server reads the vector")
    void aServerReadsTheVector(WireVector vector) throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(vector.bytes());
            assertThat(server.next()).isEqualTo(vector.message());
        }
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W1, PR-W2, PR-W3: a server writes the vector")
    void aServerWritesTheVector(WireVector vector) throws Exception {
        try (var server = Server.tcp("localhost", 0).open(c -> c.frames(Message.framing()).write(vector.message())).start();
                var peer = WirePeer.to(server)) {
            assertThat(peer.hearAll()).isEqualTo(vector.bytes());
        }
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W1, PR-W2, PR-W3: a client reads the vector")
    void aClientReadsTheVector(WireVector vector) throws Exception {
        try (var listener = WirePeer.listener();
                var client = Connection.to("localhost", listener.getLocalPort()).open();
                var peer = WirePeer.from(listener)) {
            peer.say(vector.bytes());
            assertThat(client.frames(Message.framing()).read()).isEqualTo(vector.message());
        }
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W1, PR-W2, PR-W3: a client writes the vector")
    void aClientWritesTheVector(WireVector vector) throws Exception {
        try (var listener = WirePeer.listener();
                var client = Connection.to("localhost", listener.getLocalPort()).open();
                var peer = WirePeer.from(listener)) {
            client.frames(Message.framing()).write(vector.message());
            client.shutdownOutput();
            assertThat(peer.hearAll()).isEqualTo(vector.bytes());
        }
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W1, PR-W2, PR-W3: a client's vector reaches a server")
    void aClientsVectorReachesAServer(WireVector vector) throws Exception {
        try (var server = new WireServer(); var client = Connection.to(server.server().address()).open()) {
            client.frames(Message.framing()).write(vector.message());
            assertThat(server.next()).isEqualTo(vector.message());
        }
    }

    @ParameterizedTest
    @FieldSource("VECTORS")
    @DisplayName("PR-W3: a peer sends the vector and its hooks hear it")
    void aPeerSendsTheVectorAndItsHooksHearIt(WireVector vector) throws Exception {
        var heard = new LinkedBlockingQueue<Message>();
        var messages = new Messages().on(vector.message().type(), (m, peer) -> {
            heard.add(m);
            peer.send(m);
        });
        try (var server = messages.open(Server.tcp("localhost", 0)).start(); var peer = WirePeer.to(server)) {
            peer.say(vector.bytes());
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(vector.message());
            assertThat(peer.hear(vector.bytes().length)).isEqualTo(vector.bytes());
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            client msg,         1100892588
            server response,    931151998
            predict,            1828762841
            Aa,                 2112
            BB,                 2112
            中文消息,            622078561
            😀,                 128512
            polygenelubricants, 0
            '',                 0
            """)
    @DisplayName("PR-W4: the number of a name")
    void theNumberOfAName(String name, int number) {
        assertThat(Message.type(name)).isEqualTo(number);
        assertThat(Message.of(name, "").type()).isEqualTo(number);
    }

    @Test
    @DisplayName("PR-W4: a lone surrogate is a code point of its own, as Python's ord has it")
    void aLoneSurrogateCountsAsItself() {
        assertThat(Message.type("\ud83d")).isEqualTo(0xd83d);
        assertThat(Message.type("\ude00\ud83d")).isEqualTo(31 * 0xde00 + 0xd83d);
        assertThat(Message.type("\ud83da")).isEqualTo(31 * 0xd83d + 'a');
    }

    @ParameterizedTest
    @CsvSource({"中文消息, 10e1d4d0a802", "😀, 1080ec07", "polygenelubricants, ''"})
    @DisplayName("PR-W4: a name's hook is found by its number on the wire")
    void aNamesHookIsFoundByItsNumber(String name, String body) throws Exception {
        var messages = new Messages().on(name, (m, peer) -> peer.send(m.reply("server response", "x")));
        try (var server = messages.open(Server.tcp("localhost", 0)).start(); var peer = WirePeer.to(server)) {
            peer.say(WireBytes.frame(hex(body)));
            assertThat(peer.hear(15)).isEqualTo(hex("3c57 00000009 10fe8081bc03 1a0178"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 1, Integer.MAX_VALUE + 1L, Long.MAX_VALUE})
    @DisplayName("PR-W5: any int64 is an id")
    void anyLongIsAnId(long id) throws Exception {
        assertArrives(new Message(id, 7, new byte[] {1}, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 1, Integer.MAX_VALUE})
    @DisplayName("PR-W5: any int32 is a type and a stream property; there is no way to ask for another")
    void anyIntIsATypeAndAStreamProperty(int number) throws Exception {
        assertArrives(new Message(0, number, new byte[0], number));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, -1})
    @DisplayName("PR-W6: the stream property is carried as it is")
    void theStreamPropertyIsCarriedAsItIs(int stream) throws Exception {
        assertArrives(Message.of("client msg", "x").stream(stream));
    }

    @Test
    @DisplayName("PR-W6: parts of a stream bear 2 and the last one 3; a plain message has id 0 and stream property 0")
    void partsOfAStreamAreMarked() {
        var m = Message.of("server response", "x");
        assertThat(written(m.stream(Message.PART))).isEqualTo(hex("3c57 0000000b 10fe8081bc03 1a0178 2002"));
        assertThat(written(m.stream(Message.LAST_PART))).isEqualTo(hex("3c57 0000000b 10fe8081bc03 1a0178 2003"));
        assertThat(written(m)).isEqualTo(hex("3c57 00000009 10fe8081bc03 1a0178"));
    }

    @Test
    @DisplayName("PR-W7: a frame without a body is a message of type 0 without data, and calls its hook")
    void aFrameWithoutABodyIsAMessage() throws Exception {
        var heard = new LinkedBlockingQueue<Message>();
        try (var server = new Messages().on(0, (m, peer) -> heard.add(m)).open(Server.tcp("localhost", 0)).start();
                var peer = WirePeer.to(server)) {
            peer.say(hex("3c57 00000000 3c57 00000000"));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Message(0, 0, new byte[0], 0));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Message(0, 0, new byte[0], 0));
        }
    }

    @Test
    @DisplayName("PR-W3: data is carried byte for byte, also what looks like a frame")
    void dataIsCarriedByteForByte() throws Exception {
        assertArrives(Message.of("client msg", WireVector.HELLO.bytes()));
        assertArrives(Message.of("client msg", "<W<W中文😀\0".getBytes(UTF_8)));
    }

    private static void assertArrives(Message m) throws Exception {
        try (var server = new WireServer(); var client = Connection.to(server.server().address()).open()) {
            client.frames(Message.framing()).write(m);
            assertThat(server.next()).isEqualTo(m);
        }
    }
}
