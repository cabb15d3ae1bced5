package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Typed payloads. */
@Timeout(60)
class CodecTest {
    /** A payload. */
    record Point(int x, int y) {}

    private static final Codec<Point> POINT = JsonCodec.of(Point.class);
    private static final Codec<StringValue> STRING = ProtobufCodec.of(StringValue.parser());

    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    void jsonAndProtobufTravel() throws Exception {
        var peer = ends.client(new Messages().on("mirror", (m, p) -> {
            var point = m.as(POINT);
            p.send(m.reply("mirrored", POINT, new Point(point.y(), point.x())));
        }).on("shout", (m, p) -> p.send(m.reply("shouted", STRING, StringValue.of(m.as(STRING).getValue() + "!")))), new Messages());
        assertThat(peer.request(Message.of("mirror", POINT, new Point(1, 2)), Ends.SOON).as(POINT)).isEqualTo(new Point(2, 1));
        assertThat(peer.request(Message.of("shout", STRING, StringValue.of("hey")), Ends.SOON).as(STRING).getValue()).isEqualTo("hey!");
        peer.send("mirror", POINT, new Point(0, 0));
    }

    @Test
    void theBytesAreWhatTheirLibrariesSay() throws Exception {
        assertThat(Message.of("p", POINT, new Point(1, 2)).text()).isEqualTo("{\"x\":1,\"y\":2}");
        assertThat(Message.of("p", STRING, StringValue.of("a")).data()).containsExactly(10, 1, 'a');
        var points = JsonCodec.of(new ObjectMapper(), new TypeReference<List<Point>>() {});
        assertThat(points.decode("[{\"x\":1,\"y\":2}]".getBytes())).containsExactly(new Point(1, 2));
        assertThat(Message.of("t", Codec.text(), "é").as(Codec.text())).isEqualTo("é");
    }

    @Test
    void whatCannotBeReadOrWrittenSaysWhy() {
        assertThatThrownBy(() -> POINT.decode("{\"x\":".getBytes())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> POINT.decode("null".getBytes())).isInstanceOf(IOException.class).hasMessageContaining("Point");
        assertThatThrownBy(() -> STRING.decode(new byte[] {10, 9})).isInstanceOf(InvalidProtocolBufferException.class);
        assertThatThrownBy(() -> JsonCodec.of(Object.class).encode(new Object())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
    }

    /** A payload that is none costs the connection, by default; and nothing when it is forgiven. */
    @Test
    void aPayloadThatIsNoneIsAHooksFailure() throws Exception {
        var peer = ends.client(new Messages().on("mirror", (m, p) -> m.as(POINT))
                .observer(Observed.failure((e, p) -> ends.heard.add(e.getClass().getSimpleName())))
                .on("sync", (m, p) -> ends.heard.add("sync")), new Messages());
        peer.send("mirror", "nonsense");
        peer.send("sync", "");
        assertThat(ends.next()).isEqualTo("JsonParseException");
        assertThat(ends.next()).isEqualTo("sync");
    }
}
