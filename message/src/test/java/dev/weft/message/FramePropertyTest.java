package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.Faults;
import dev.weft.testkit.FaultyTransport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is sent and however the network cuts it, the same messages arrive, and protobuf itself would agree about their bytes. */
class FramePropertyTest {
    private static final int[] PIECES = {1, 2, 3, 7, 100, 9_000};

    /** A message, and what stands in front of it that is none (SPEC PR-W10). */
    record Arrival(List<Byte> garbage, Message message) {
        byte[] bytes() {
            var skipped = new byte[garbage.size()];
            for (int i = 0; i < skipped.length; i++) {
                skipped[i] = garbage.get(i);
            }
            return join(skipped, written(message));
        }
    }

    /** PR-W9, PR-W10. */
    @Property(tries = 300)
    void anySplitYieldsTheSameMessages(@ForAll("arrivals") List<Arrival> arrivals, @ForAll Random random) throws IOException {
        var bytes = join(arrivals.stream().map(Arrival::bytes).toArray(byte[][]::new));
        for (var longest : PIECES) {
            var in = new DataInputStream(FramePieces.of(bytes, longest, random));
            for (var arrival : arrivals) {
                assertThat(Message.framing().read(in)).as("in pieces of up to %d", longest).isEqualTo(arrival.message());
            }
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** PR-W9, PR-W10, on a connection whose reads and writes are cut. */
    @Property(tries = 60)
    void anySplitOfAConnectionYieldsTheSameMessages(@ForAll("arrivals") List<Arrival> arrivals, @ForAll long seed) throws Exception {
        var faulty = FaultyTransport.around(Transports.named("memory"), Faults.none().fragmenting(20), seed);
        var where = Server.at(Address.memory("split-" + seed)).transport(faulty);
        try (var server = new WireServer(Message.framing(), where);
                var client = Connection.to(server.server().address()).transport(faulty).open()) {
            for (var arrival : arrivals) {
                client.send(arrival.bytes());
            }
            for (var arrival : arrivals) {
                assertThat(server.next()).isEqualTo(arrival.message());
            }
        }
    }

    /** PR-W3, PR-W5, PR-W6, PR-W7. */
    @Property(tries = 500)
    void whatIsWrittenIsRead(@ForAll("messages") Message m) throws IOException {
        assertThat(WireBytes.read(Message.framing(), written(m))).isEqualTo(m);
    }

    /** PR-W2, PR-W3. */
    @Property(tries = 500)
    void theBytesAreProtobufsOwn(@ForAll("messages") Message m) throws IOException {
        assertThat(written(m)).isEqualTo(frame(FrameOracle.body(m)));
        assertThat(FrameOracle.parsed(FrameOracle.body(m))).isEqualTo(m);
    }

    /** PR-W8. */
    @Property(tries = 300)
    void anyOrderOfFieldsIsTheSameMessage(@ForAll("messages") Message m, @ForAll("unknown") List<String> unknown, @ForAll Random random)
            throws IOException {
        var fields = new ArrayList<byte[]>();
        unknown.forEach(field -> fields.add(hex(field)));
        fields.add(FrameOracle.body(new Message(m.id(), 0, new byte[0], 0)));
        fields.add(FrameOracle.body(new Message(0, m.type(), new byte[0], 0)));
        fields.add(FrameOracle.body(new Message(0, 0, m.data(), 0)));
        fields.add(FrameOracle.body(new Message(0, 0, new byte[0], m.stream())));
        Collections.shuffle(fields, random);
        assertThat(WireBytes.parsed(join(fields.toArray(byte[][]::new)))).isEqualTo(m);
    }

    /** PR-W8: the fields of one message and then of another, which wins where it has any. */
    @Property(tries = 300)
    void theLastValueWins(@ForAll("messages") Message first, @ForAll("messages") Message second) throws IOException {
        var both = join(FrameOracle.body(first), FrameOracle.body(second));
        assertThat(WireBytes.parsed(both)).isEqualTo(FrameOracle.parsed(both));
    }

    /** PR-W8, PR-W11: what protobuf takes is taken and means the same; what it refuses is refused. */
    @Property(tries = 3_000)
    void bodiesMeanWhatProtobufSaysTheyMean(@ForAll("soups") List<String> soup, @ForAll Random random) throws IOException {
        var out = new ByteArrayOutputStream();
        soup.forEach(part -> out.writeBytes(hex(part)));
        var whole = out.toByteArray();
        var body = random.nextInt(4) == 0 && whole.length > 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole;
        assertThat(WireBytes.attempt(body)).isEqualTo(FrameOracle.attempt(body));
    }

    @Provide
    Arbitrary<Message> messages() {
        var data = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        return Combinators.combine(Arbitraries.longs(), Arbitraries.integers(), data, Arbitraries.integers()).as(Message::new);
    }

    /** Garbage made of the magic's own bytes mostly, but never the magic. */
    @Provide
    Arbitrary<List<Arrival>> arrivals() {
        var garbage = Arbitraries.of((byte) '<', (byte) 'W', (byte) 0, (byte) 'x', (byte) -1).list().ofMaxSize(6)
                .filter(bytes -> Collections.indexOfSubList(bytes, List.of((byte) '<', (byte) 'W')) < 0);
        return Combinators.combine(garbage, messages()).as(Arrival::new).list().ofMaxSize(8);
    }

    /** Fields that no message has, of every wire type. */
    @Provide
    Arbitrary<List<String>> unknown() {
        return Arbitraries.of("2801", "28ffffffffffffffffff01", "310102030405060708", "3a03616263", "3a00", "4344", "43080544",
                "434b4c535444", "5501020304", "f8ffffff0f01", "0a0178", "1501020304", "1805", "23280424").list().ofMaxSize(5);
    }

    /** Good fields and bad ones. */
    @Provide
    Arbitrary<List<String>> soups() {
        return Arbitraries.of("0805", "1007", "1a0178", "2003", "0800", "1a00", "08858000", "1a81800078", "2801", "310102030405060708",
                "3a03616263", "43", "44", "4b", "4c", "5501020304", "0a0178", "1501020304", "1805", "23", "24", "00", "0e", "0f", "80",
                "ff", "01", "1affffffff0f", "10ffffffff0f", "20ffffffffffffffffff01", "0200", "f8ffffff0f01").list().ofMaxSize(10);
    }
}
