package dev.weft.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import dev.weft.net.framing.Utf8;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever messages are sent and however the network cuts them, the same messages arrive: on a connection and on a plain stream. */
class FramingPropertyTest {
    private static final List<Charset> CHARSETS = List.of(UTF_8, ISO_8859_1, Charset.forName("GBK"), Charset.forName("Big5"),
            Charset.forName("Shift_JIS"), Charset.forName("GB18030"), Charset.forName("EUC-KR"));

    /** Longest pieces of these lengths: single bytes, a few at a time, more than a read buffer. */
    private static final int[] PIECES = {1, 2, 3, 7, 100, 9_000};
    private static final int[] LONG_PIECES = {1_000, 9_000, 100_000};

    @Property(tries = 150)
    void linesArriveAsTheyWereWritten(@ForAll("charsets") Charset charset, @ForAll("texts") List<String> drafts, @ForAll Random random)
            throws IOException {
        var lines = drafts.stream().map(d -> representable(d.replace("\n", "").replace("\r", ""), charset)).toList();
        assertArrive(Framing.lines(charset), lines, random);
    }

    @Property(tries = 100)
    void lineEndsMayBeMixedAndTheLastMayLack(@ForAll("charsets") Charset charset, @ForAll("texts") List<String> drafts,
            @ForAll Random random)
            throws IOException {
        var lines = new ArrayList<String>();
        var bytes = new ByteArrayOutputStream();
        for (var draft : drafts) {
            lines.add(representable(draft.replace("\n", "").replace("\r", ""), charset));
            bytes.write(lines.getLast().getBytes(charset));
            bytes.writeBytes((random.nextBoolean() ? "\n" : "\r\n").getBytes(UTF_8));
        }
        lines.add("the last");
        bytes.writeBytes("the last".getBytes(UTF_8));
        assertRead(Framing.lines(charset), bytes.toByteArray(), lines, random);
    }

    @Property(tries = 150)
    void textArrivesWithoutATornCharacter(@ForAll("charsets") Charset charset, @ForAll("texts") List<String> drafts, @ForAll Random random)
            throws IOException {
        var text = representable(String.join("|", drafts), charset);
        for (var longest : PIECES) {
            var framing = Framing.text(charset);
            var read = readAll(framing, ScriptedPeer.stuttering(text.getBytes(charset), longest, random));
            assertThat(String.join("", read)).isEqualTo(text);
        }
        assertThat(String.join("", readAll(Framing.text(charset), text.getBytes(charset)))).isEqualTo(text);
    }

    @Property(tries = 400)
    void malformedTextArrivesAlikeHoweverItIsCut(@ForAll("malformed") byte[] bytes, @ForAll Random random) throws IOException {
        var text = byTheTable(bytes);
        for (var longest : PIECES) {
            for (var limit : new int[] {1, 2, 3, 5, 1_000}) {
                var read = readAll(Framing.text(UTF_8).limit(limit), ScriptedPeer.stuttering(bytes, longest, random));
                assertThat(String.join("", read)).isEqualTo(text);
            }
            try (var c = ScriptedPeer.stuttering(bytes, longest, random).connect()) {
                assertThat(c.text(UTF_8).read()).isEqualTo(text);
            }
            try (var c = ScriptedPeer.stuttering(bytes, longest, random).connect()) {
                assertThat(c.readLine()).isEqualTo(text);
            }
        }
        assertThat(String.join("", readAll(Framing.text(UTF_8), bytes))).isEqualTo(text);
    }

    @Property(tries = 150)
    void textThatIsWellFormedIsWhatTheJdkDecodes(@ForAll("texts") List<String> drafts) {
        var bytes = String.join("|", drafts).getBytes(UTF_8);
        assertThat(Utf8.decode(bytes, 0, bytes.length)).isEqualTo(new String(bytes, UTF_8));
    }

    /** Bytes that are next to being characters, and some that are. */
    @Provide
    Arbitrary<byte[]> malformed() {
        return Arbitraries.of(0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe2,
                0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff)
                .list().ofMinSize(1).ofMaxSize(24).map(list -> {
                    var bytes = new byte[list.size()];
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = list.get(i).byteValue();
                    }
                    return bytes;
                });
    }

    /** The same by table 3-7 of Unicode, byte by byte: a byte that can't continue what began before it ends that. */
    private static String byTheTable(byte[] bytes) {
        var text = new StringBuilder();
        int point = 0;
        int more = 0;
        int low = 0x80;
        int high = 0xbf;
        for (int i = 0; i < bytes.length; i++) {
            var b = bytes[i] & 0xff;
            if (more > 0) {
                if (b >= low && b <= high) {
                    point = (point << 6) | (b & 0x3f);
                    low = 0x80;
                    high = 0xbf;
                    if (--more == 0) {
                        text.appendCodePoint(point);
                    }
                    continue;
                }
                text.append('\ufffd');
                more = 0;
                low = 0x80;
                high = 0xbf;
            }
            if (b < 0x80) {
                text.append((char) b);
            } else if (b >= 0xc2 && b <= 0xf4) {
                more = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
                point = b & (0x3f >> more);
                low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
                high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
            } else {
                text.append('\ufffd');
            }
        }
        return more > 0 ? text.append('\ufffd').toString() : text.toString();
    }

    @Property(tries = 150)
    void delimitedMessagesArrive(@ForAll("delimiters") String delimiter, @ForAll("soups") List<String> drafts, @ForAll Random random)
            throws IOException {
        var messages = drafts.stream().filter(d -> !(d + delimiter).substring(0, d.length() + delimiter.length() - 1).contains(delimiter))
                .map(d -> d.getBytes(UTF_8)).toList();
        assertArrive(Framing.delimited(delimiter), messages, random);
    }

    @Property(tries = 150)
    void prefixedMessagesArrive(@ForAll("bodies") List<byte[]> bodies, @ForAll Random random) throws IOException {
        for (var width : new int[] {1, 2, 3, 4, 8}) {
            assertArrive(Framing.lengthPrefixed(width), bodies, random);
        }
        assertArrive(Framing.varintPrefixed(), bodies, random);
    }

    @Property(tries = 40)
    void bodiesOfEveryMagnitudeArrive(@ForAll @IntRange(max = 70_000) int size, @ForAll Random random) throws IOException {
        var body = new byte[size];
        random.nextBytes(body);
        assertArrive(Framing.varintPrefixed(), List.of(body, new byte[0], body), random);
        assertArrive(Framing.lengthPrefixed(3), List.of(body, new byte[0], body), random);
        if (size > 0) {
            assertArrive(Framing.fixed(size), List.of(body, body), random);
        }
    }

    @Property(tries = 100)
    void chunksLoseNothing(@ForAll byte[] bytes, @ForAll Random random) throws IOException {
        for (var longest : PIECES) {
            var all = new ByteArrayOutputStream();
            readAll(Framing.chunks().limit(5), ScriptedPeer.stuttering(bytes, longest, random)).forEach(chunk -> {
                assertThat(chunk).hasSizeBetween(1, 5);
                all.writeBytes(chunk);
            });
            assertThat(all.toByteArray()).isEqualTo(bytes);
        }
    }

    @Property(tries = 100)
    void mappedMessagesArrive(@ForAll List<Integer> numbers, @ForAll Random random) throws IOException {
        assertArrive(Framing.lines().map(Integer::valueOf, Object::toString), numbers, random);
    }

    /** A header that says how long the body is: a framing made of a framing. */
    private record HeadedFraming(Framing<String> line) implements Framing<String> {
        @Override
        public String read(DataInputStream in) throws IOException {
            var length = 0;
            for (String header; !(header = line.read(in)).isEmpty();) {
                length = Integer.parseInt(header.substring("Content-Length: ".length()));
            }
            return new String(in.readNBytes(length), UTF_8);
        }

        @Override
        public void write(String message, DataOutputStream out) throws IOException {
            var body = message.getBytes(UTF_8);
            line.write("Content-Length: " + body.length, out);
            line.write("", out);
            out.write(body);
        }
    }

    @Property(tries = 100)
    void aFramingMadeOfAFramingIsOne(@ForAll("texts") List<String> drafts, @ForAll Random random) throws IOException {
        var messages = drafts.stream().map(d -> representable(d, UTF_8)).toList();
        assertArrive(new HeadedFraming(Framing.lines()), messages, random);
    }

    @Provide
    Arbitrary<Charset> charsets() {
        return Arbitraries.of(CHARSETS);
    }

    /** Letters, line ends, Chinese, Japanese, Korean, the trail bytes that look like ASCII, emoji and other four-byte characters. */
    @Provide
    Arbitrary<List<String>> texts() {
        return Arbitraries.of("a", "z", " ", "\n", "\r", "é", "ß", "中", "文", "許", "功", "蓋", "表", "ソ", "能", "あ", "ｱ", "한", "글", "€", "㐀",
                "😀", "𠮷")
                .list().ofMaxSize(30).map(cs -> String.join("", cs)).list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> delimiters() {
        return Arbitraries.of("\n", "\r\n", "aab", "aba", "aaa", "abab", "--boundary", "\0");
    }

    /** Messages made of the delimiters' own letters. */
    @Provide
    Arbitrary<List<String>> soups() {
        return Arbitraries.strings().withChars('a', 'b', '\r', '\n', '-', '\0').ofMaxLength(12).list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<byte[]>> bodies() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(255).list().ofMaxSize(8);
    }

    private static String representable(String text, Charset charset) {
        var encoder = charset.newEncoder();
        return text.codePoints().mapToObj(Character::toString).filter(encoder::canEncode).collect(Collectors.joining());
    }

    private static <T> void assertArrive(Framing<T> framing, List<T> messages, Random random) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (var message : messages) {
            framing.write(message, new DataOutputStream(bytes));
        }
        assertRead(framing, bytes.toByteArray(), messages, random);
    }

    private static <T> void assertRead(Framing<T> framing, byte[] bytes, List<T> messages, Random random) throws IOException {
        for (var longest : bytes.length > 10_000 ? LONG_PIECES : PIECES) {
            assertSame(readAll(framing, ScriptedPeer.stuttering(bytes, longest, random)), messages, "in pieces of up to " + longest);
        }
        assertSame(readAll(framing, bytes), messages, "from a plain stream");
    }

    /** Deep, as messages may be arrays; AssertJ's own deep comparison takes seconds for some kilobytes. */
    private static void assertSame(List<?> read, List<?> written, String how) {
        if (!Arrays.deepEquals(read.toArray(), written.toArray())) {
            throw new AssertionError("%s%n  written %s%n  read    %s".formatted(how, Arrays.deepToString(written.toArray()),
                    Arrays.deepToString(read.toArray())));
        }
    }

    private static <T> List<T> readAll(Framing<T> framing, ScriptedPeer peer) throws IOException {
        try (var c = peer.connect()) {
            var all = new ArrayList<T>();
            c.frames(framing).forEach(all::add);
            return all;
        }
    }

    private static <T> List<T> readAll(Framing<T> framing, byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        var all = new ArrayList<T>();
        while (in.available() > 0) {
            try {
                all.add(framing.read(in));
            } catch (EOFException e) {
                throw new AssertionError("the stream ended inside a message", e);
            }
        }
        return all;
    }
}
