package dev.weft.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The last message that is short enough, and the first that is too long: written, and read from a stream and from a connection. */
@Timeout(30)
class FramingLimitsTest {
    private static final int LIMIT = 10;
    private static final Address HERE = Address.memory("framing limits");

    record Limited(String name, Framing<byte[]> framing, String end) {
        /** The bytes of a message however long. */
        byte[] unlimited(byte[] message) throws IOException {
            return written(framing.limit(1_000), message);
        }

        byte[] message(int length) {
            var message = new byte[length];
            Arrays.fill(message, (byte) 'm');
            System.arraycopy(end.getBytes(US_ASCII), 0, message, length - end.length(), end.length());
            return message;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Limited> framings() {
        var lines = Framing.lines().map(s -> s.getBytes(UTF_8), bytes -> new String(bytes, UTF_8));
        return Stream.of(new Limited("lines", lines.limit(LIMIT), ""), new Limited("raw lines", Framing.rawLines().limit(LIMIT), "\n"),
                new Limited("delimited", Framing.delimited("\r\n").limit(LIMIT), ""),
                new Limited("length-prefixed", Framing.lengthPrefixed(4).limit(LIMIT), ""),
                new Limited("varint-prefixed", Framing.varintPrefixed().limit(LIMIT), ""));
    }

    private static <T> byte[] written(Framing<T> framing, T message) throws IOException {
        var out = new ByteArrayOutputStream();
        framing.write(message, new DataOutputStream(out));
        return out.toByteArray();
    }

    private static <T> T read(Framing<T> framing, byte[] bytes) throws IOException {
        return framing.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @ParameterizedTest
    @MethodSource("framings")
    void theLongestMessageIsWrittenAndRead(Limited limited) throws IOException {
        var longest = limited.message(LIMIT);

        var bytes = written(limited.framing(), longest);

        assertThat(read(limited.framing(), bytes)).isEqualTo(longest);
        try (var acceptor = Server.at(HERE).listen(); var client = Connection.to(HERE).open(); var accepted = acceptor.accept()) {
            client.frames(limited.framing()).write(longest);
            assertThat(accepted.frames(limited.framing()).read()).isEqualTo(longest);
        }
    }

    @ParameterizedTest
    @MethodSource("framings")
    void oneByteMoreIsRefusedByTheWriterAndByTheReader(Limited limited) throws IOException {
        var tooLong = limited.message(LIMIT + 1);
        var bytes = limited.unlimited(tooLong);

        assertThatIllegalArgumentException().isThrownBy(() -> written(limited.framing(), tooLong)).withMessageContaining("limit of 10 bytes");
        assertThatThrownBy(() -> read(limited.framing(), bytes)).isInstanceOf(ProtocolException.class).hasMessageContaining("limit of 10 bytes");
        try (var acceptor = Server.at(HERE).listen(); var client = Connection.to(HERE).open(); var accepted = acceptor.accept()) {
            client.send(bytes);
            var frames = accepted.frames(limited.framing());
            assertThatThrownBy(frames::read).isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("limit of 10 bytes");
        }
    }

    @Test
    void whatIsReadInPartsByAnotherFramingIsNotLost() throws IOException {
        var both = new Framing<List<String>>() {
            @Override
            public List<String> read(DataInputStream in) throws IOException {
                var name = Framing.lines().read(in);
                var rest = new byte[Integer.parseInt(name)];
                in.readFully(rest);
                return List.of(name, new String(rest, US_ASCII), Framing.lines().read(in));
            }

            @Override
            public void write(List<String> message, DataOutputStream out) {
                throw new UnsupportedOperationException();
            }
        };

        assertThat(read(both, "12\nhello, worldand a line\n".getBytes(US_ASCII))).containsExactly("12", "hello, world", "and a line");
    }

    @Test
    void textAndChunksAreWrittenAsTheyAre() throws IOException {
        assertThat(written(Framing.text(UTF_8), "h\u00e9")).isEqualTo("h\u00e9".getBytes(UTF_8));
        assertThat(written(Framing.chunks(), new byte[] {1, 2})).containsExactly(1, 2);
    }

    @Test
    void messagesOfOneLengthKnowTheirLimit() {
        assertThat(Framing.fixed(7).limit()).isEqualTo(7);
        assertThat(Framing.fixed(7).limit(7).limit()).isEqualTo(7);
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.fixed(7).limit(6)).withMessageContaining("7 bytes");
    }

    @Test
    void aLengthThatIsNegativeAsALongIsCalledByItsSize() {
        var bytes = new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1};

        assertThatThrownBy(() -> read(Framing.varintPrefixed(), bytes)).isInstanceOf(ProtocolException.class)
                .hasMessageContaining("2^63 bytes or more");
    }
}
