package dev.weft.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges of the framings that come with the module: limits, ends, refusals. That every split is survived shows FramingPropertyTest. */
@Timeout(30)
class FramingTest {
    private static final Charset GB18030 = Charset.forName("GB18030");

    // Lines.

    @Test
    void linesEndInLfOrCrLfAndTheLastMayLackIts() throws IOException {
        assertThat(read(Framing.lines(), "a\nb\r\n\n\r\nc")).containsExactly("a", "b", "", "", "c");
    }

    @Test
    void onlyTheCrBeforeTheLfBelongsToTheEndOfALine() throws IOException {
        assertThat(read(Framing.lines(), "a\rb\r\r\nc\r")).containsExactly("a\rb\r", "c\r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GBK", "Big5", "Shift_JIS", "GB18030", "EUC-JP", "windows-1252"})
    void linesAreReadInAnyCharsetWhoseLfIsAByteOfItsOwn(String charset) throws IOException {
        var c = Charset.forName(charset);
        var bytes = new byte[][] {"表示 ソ能\r\n許功蓋\n".getBytes(c)};
        var expected = new String(bytes[0], c).split("\r?\n");
        assertThat(read(Framing.lines(c), bytes)).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "IBM037", "IBM1047"})
    void linesRefuseACharsetWhoseLfIsNotTheByteTen(String charset) {
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.lines(Charset.forName(charset))).withMessageContaining(charset);
    }

    @Test
    void linesRefuseACharsetThatCanOnlyBeRead() {
        assumeTrue(Charset.isSupported("x-JISAutoDetect"));
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.lines(Charset.forName("x-JISAutoDetect")));
    }

    @Test
    void aLineEndInsideALineIsNotWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.lines(), "a\nb"));
    }

    @Test
    void aLineThatEndsInCrIsNotWrittenAsItWouldBeReadWithoutIt() {
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.lines(), "a\r"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345\n", "12345\r\n", "12345"})
    void aLineAtTheLimitIsRead(String line) throws IOException {
        assertThat(read(Framing.lines().limit(5), line)).containsExactly("12345");
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456\n", "123456\r\n", "123456"})
    void aLineAboveTheLimitIsNot(String line) {
        assertTooLong(Framing.lines().limit(5), line.getBytes(US_ASCII));
    }

    @Test
    void aLineWithoutEndIsRefusedLongBeforeItEnds() throws IOException {
        var peer = ScriptedPeer.saying(new byte[9], new byte[9], new byte[9], new byte[9]);
        try (var c = peer.connect()) {
            assertThatThrownBy(() -> c.frames(Framing.lines().limit(10)).read()).isInstanceOf(ProtocolException.class);
        }
        assertThat(peer.diary()).filteredOn("said 9"::equals).hasSize(2);
    }

    @Test
    void theLimitOfALineCountsBytes() {
        assertTooLong(Framing.lines().limit(5), "中文\n".getBytes(UTF_8));
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.lines().limit(5), "中文")).withMessageContaining("6 bytes");
    }

    @Test
    void theHighestLimitIsNone() throws IOException {
        assertThat(read(Framing.lines().limit(Integer.MAX_VALUE), "a\n")).containsExactly("a");
        assertThat(read(Framing.text(UTF_8).limit(Integer.MAX_VALUE), "a")).containsExactly("a");
        assertThat(read(Framing.chunks().limit(Integer.MAX_VALUE), "a")).containsExactly(bytes("a"));
        assertThat(read(Framing.delimited(";").limit(Integer.MAX_VALUE), "a;")).containsExactly(bytes("a"));
        assertThat(read(Framing.lengthPrefixed(1).limit(Integer.MAX_VALUE), "\1a")).containsExactly(bytes("a"));
    }

    // Text.

    @Test
    void textKeepsEveryCharacterWholeWhereverItIsCut() throws IOException {
        // SPEC CH-4: one to four bytes a character, in UTF-8 and GB18030.
        var text = "aé中😀b";
        for (var charset : List.of(UTF_8, GB18030)) {
            var whole = text.getBytes(charset);
            for (int at = 1; at < whole.length; at++) {
                var first = Arrays.copyOf(whole, at);
                var rest = Arrays.copyOfRange(whole, at, whole.length);
                assertThat(String.join("", read(Framing.text(charset), first, rest))).as("%s cut at %d", charset, at).isEqualTo(text);
            }
        }
    }

    @Test
    void textKeepsACharacterThatIsCutAfterTheEighthByte() throws IOException {
        assertThat(String.join("", read(Framing.text(UTF_8), hex("61626364656667C3"), hex("A9")))).isEqualTo("abcdefgé");
    }

    @Test
    void textDoesNotWaitForMoreThanACharacter() throws IOException {
        assertThat(read(Framing.text(UTF_8), bytes("hello"), bytes("world"))).containsExactly("hello", "world");
    }

    @Test
    void whatIsNoTextBecomesReplacementCharacters() throws IOException {
        var garbage = hex("FF 61 C3 28 E4 B8 62 F0 9F 98".replace(" ", ""));
        assertThat(String.join("", read(Framing.text(UTF_8), garbage))).isEqualTo(new String(garbage, UTF_8));
    }

    /** A stream takes nothing back: what begins a character behind garbage is read to its end. */
    @Test
    void textFromAPlainStreamLosesNoByteBehindGarbage() throws IOException {
        var bytes = hex("81308140");
        assertThat(String.join("", read(Framing.text(GB18030), bytes))).isEqualTo(new String(bytes, GB18030));
        var stream = stream(bytes);
        var text = new StringBuilder();
        while (stream.available() > 0) {
            text.append(Framing.text(GB18030).read(stream));
        }
        assertThat(text).hasToString(new String(bytes, GB18030));
    }

    @Test
    void aCharacterThatTheEndOfTheStreamCutsBecomesAReplacementCharacter() throws IOException {
        assertThat(String.join("", read(Framing.text(UTF_8), bytes("ab"), hex("E4B8")))).isEqualTo("ab\uFFFD");
        assertThat(String.join("", read(Framing.text(Charset.forName("GBK")), hex("D6")))).isEqualTo("\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 9})
    void aPieceOfTextTakesNoMoreBytesThanTheLimit(int limit) throws IOException {
        var pieces = read(Framing.text(UTF_8).limit(limit), bytes("0123456789abcdefghij"));
        assertThat(String.join("", pieces)).isEqualTo("0123456789abcdefghij");
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.length()).isLessThanOrEqualTo(limit));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-2022-JP", "ISO-2022-KR", "x-ISO-2022-CN-GB", "x-IBM930", "x-IBM935"})
    void textRefusesACharsetWithShiftStates(String charset) {
        assumeTrue(Charset.isSupported(charset), charset);
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.text(Charset.forName(charset))).withMessageContaining("shift");
    }

    // Delimited.

    @Test
    void aDelimiterIsFoundAfterItsOwnBeginning() throws IOException {
        var framing = Framing.delimited("aab");
        assertThat(read(framing, "aaab" + "aaaab" + "aab" + "abaab")).containsExactly(bytes("a"), bytes("aa"), bytes(""), bytes("ab"));
    }

    @Test
    void aMessageWithTheDelimiterInItIsNotWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.delimited("aab"), bytes("xaaby")))
                .withMessageContaining("byte 1");
        assertThatIllegalArgumentException().as("half in the message, half in its end")
                .isThrownBy(() -> write(Framing.delimited("aba"), bytes("xab")));
    }

    @Test
    void aDelimiterIsCopied() throws IOException {
        var delimiter = bytes(";");
        var framing = Framing.delimited(delimiter);
        delimiter[0] = '!';
        assertThat(read(framing, "a;")).containsExactly(bytes("a"));
    }

    @Test
    void anEmptyDelimiterIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.delimited(""));
    }

    @ParameterizedTest
    @CsvSource({"12345--, true", "123456--, false", "12345-, false", "123456, false", "1234-5--, false"})
    void theLimitOfADelimitedMessageIsItsOwnLength(String stream, boolean passes) throws IOException {
        var framing = Framing.delimited("--").limit(5);
        if (passes) {
            assertThat(read(framing, stream)).hasSize(1);
        } else {
            assertThatThrownBy(() -> readOne(framing, bytes(stream))).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(() -> framing.read(stream(bytes(stream)))).isInstanceOfAny(ProtocolException.class, EOFException.class);
        }
    }

    // Lengths.

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 5, 6, 7, 9})
    void aLengthOfAnotherWidthIsRefused(int width) {
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.lengthPrefixed(width)).withMessageContaining(String.valueOf(width));
    }

    @ParameterizedTest
    @CsvSource({"1, 0361626364", "2, 000361626364", "3, 00000361626364", "4, 0000000361626364", "8, 000000000000000361626364"})
    void aLengthIsBigEndian(int width, String stream) throws IOException {
        assertThat(readOne(Framing.lengthPrefixed(width), hex(stream))).isEqualTo(bytes("abc"));
        assertThat(write(Framing.lengthPrefixed(width), bytes("abc"))).isEqualTo(hex(stream.substring(0, stream.length() - 2)));
    }

    @ParameterizedTest
    @CsvSource({"4, 80000000", "4, FFFFFFFF", "4, 7FFFFFFF", "8, 0000000080000000", "8, 0000000100000001", "8, 8000000000000001",
            "8, FFFFFFFFFFFFFFFF"})
    void aLengthBeyondTheLimitIsRefusedHoweverItWouldWrap(int width, String header) {
        assertTooLong(Framing.lengthPrefixed(width), hex(header + "61"));
        if (!header.startsWith("7")) {
            assertTooLong(Framing.lengthPrefixed(width).limit(Integer.MAX_VALUE), hex(header + "61"));
        }
    }

    @Test
    void aBodyAtTheLimitIsReadAndOneAboveIsNot() throws IOException {
        for (var framing : List.of(Framing.lengthPrefixed(1), Framing.lengthPrefixed(2), Framing.lengthPrefixed(3),
                Framing.lengthPrefixed(4),
                Framing.lengthPrefixed(8), Framing.varintPrefixed())) {
            var five = framing.limit(5);
            assertThat(readOne(five, write(framing, new byte[5]))).hasSize(5);
            assertTooLong(five, write(framing, new byte[6]));
            assertThat(write(five, new byte[5])).endsWith(new byte[5]);
            assertThatIllegalArgumentException().isThrownBy(() -> write(five, new byte[6])).withMessageContaining("limit of 5 bytes");
        }
    }

    @Test
    void aBodyThatItsLengthCannotTellIsNotWritten() throws IOException {
        assertThat(write(Framing.lengthPrefixed(1), new byte[255])).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.lengthPrefixed(1), new byte[256]));
        assertThat(write(Framing.lengthPrefixed(2), new byte[65_535])).hasSize(65_537);
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.lengthPrefixed(2), new byte[65_536]));
    }

    @ParameterizedTest
    @CsvSource({"0, 00", "127, 7F", "128, 8001", "300, AC02", "16384, 808001"})
    void aVarintIsProtobufs(int length, String header) throws IOException {
        assertThat(write(Framing.varintPrefixed(), new byte[length])).startsWith(hex(header)).hasSize(length + header.length() / 2);
        assertThat(readOne(Framing.varintPrefixed(), concat(hex(header), new byte[length]))).hasSize(length);
    }

    @Test
    void aVarintMayBeLongerThanItMust() throws IOException {
        assertThat(readOne(Framing.varintPrefixed(), hex("8380808080808080800061626364"))).isEqualTo(bytes("abc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080808080808080808001", "FFFFFFFFFFFFFFFFFF01", "80808080808080808001", "8080808008", "FFFFFFFF0F",
            "80808080808080808002"})
    void aVarintBeyondTenBytesOrTheLimitIsRefused(String header) {
        assertThatThrownBy(() -> readOne(Framing.varintPrefixed(), hex(header + "61"))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> readOne(Framing.varintPrefixed().limit(Integer.MAX_VALUE), hex(header + "61")))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void aMessageOfAnotherLengthThanTheFixedOneIsNotWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> write(Framing.fixed(3), bytes("ab"))).withMessageContaining("2 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.fixed(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.fixed(10).limit(9));
    }

    @Test
    void aHeaderAloneAllocatesNoBody() throws IOException {
        // DESIGN section 2, principle 4: a thousand peers announce 1 MiB and send one byte of it.
        var peers = new ArrayList<Connection>();
        try (var server = Server.at(Address.memory("announced")).open(c -> c.frames(Framing.lengthPrefixed(4)).read()).start()) {
            var before = usedHeap();
            for (int i = 0; i < 1_000; i++) {
                var c = Connection.to(server.address()).open();
                peers.add(c);
                c.send(hex("0010000061"));
            }
            Awaitility.await().until(() -> server.connections().stream().filter(c -> c.bytesIn() == 5).count() == 1_000);
            assertThat(usedHeap() - before).isLessThan(100L << 20);
            peers.forEach(Connection::close);
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    // Ends.

    @ParameterizedTest
    @ValueSource(strings = {"delimited", "length", "varint", "fixed", "varint header", "length header"})
    void theEndOfTheStreamInsideAMessageIsAProtocolError(String what) {
        switch (what) {
            case "delimited" -> assertTorn(Framing.delimited(";"), "ab");
            case "length" -> assertTorn(Framing.lengthPrefixed(1), "\3ab");
            case "length header" -> assertTorn(Framing.lengthPrefixed(4), "\0\0");
            case "varint" -> assertTorn(Framing.varintPrefixed(), "\3ab");
            case "varint header" -> assertTorn(Framing.varintPrefixed(), "\u0080");
            default -> assertTorn(Framing.fixed(3), "ab");
        }
    }

    private static void assertTorn(Framing<byte[]> framing, String stream) {
        assertThatThrownBy(() -> readOne(framing, stream.getBytes(ISO_8859_1))).isInstanceOf(ProtocolException.class)
                .hasMessageContaining("ended inside a message")
                .hasCauseInstanceOf(EOFException.class);
        assertThatThrownBy(() -> framing.read(stream(stream.getBytes(ISO_8859_1)))).isInstanceOf(EOFException.class);
    }

    @Test
    void theEndOfTheStreamBetweenMessagesIsTheEnd() {
        for (var framing : List.<Framing<?>>of(Framing.lines(), Framing.text(UTF_8), Framing.chunks(), Framing.delimited(";"),
                Framing.lengthPrefixed(4),
                Framing.varintPrefixed(), Framing.fixed(2))) {
            assertThatThrownBy(() -> readOne(framing, new byte[0])).as("%s", framing).isInstanceOf(EOFException.class);
            assertThatThrownBy(() -> framing.read(stream(new byte[0]))).as("%s from a plain stream", framing)
                    .isInstanceOf(EOFException.class);
        }
    }

    // Composition.

    @Test
    void aMapOfAFramingHasItsLimitAndTakesAnother() throws IOException {
        var numbers = Framing.lines().limit(3).map(Integer::valueOf, Object::toString);
        assertThat(numbers.limit()).isEqualTo(3);
        assertThat(read(numbers, "123\n7\n")).containsExactly(123, 7);
        assertTooLong(numbers, bytes("1234\n"));
        assertThat(read(numbers.limit(4), "1234\n")).containsExactly(1234);
        assertThatIllegalArgumentException().isThrownBy(() -> write(numbers, 1234));
    }

    @Test
    void theLimitOfAFramingOfOnesOwnCountsAllItsBytes() throws IOException {
        var pairs = new Framing<String>() {
            @Override
            public String read(DataInputStream in) throws IOException {
                return Framing.lines().read(in) + "+" + Framing.lines().read(in);
            }

            @Override
            public void write(String message, DataOutputStream out) throws IOException {
                out.writeBytes(message.replace("+", "\n") + "\n");
            }
        };
        assertThat(pairs.limit()).isEqualTo(Framing.DEFAULT_LIMIT);
        assertThat(read(pairs.limit(8), "123\n567\n")).containsExactly("123+567");
        assertTooLong(pairs.limit(8), bytes("123\n5678\n"));
        assertThat(read(pairs.limit(8).map(String::length, String::valueOf), "123\n567\n")).containsExactly(7);
        assertTooLong(pairs.limit(8).map(String::length, String::valueOf), bytes("123\n5678\n"));
    }

    /** However much has arrived: a framing that takes what is there is given no more than the limit around it allows. */
    @Test
    void textAndChunksKeepToTheLimitAroundThem() throws IOException {
        assertThat(read(oneOf(Framing.text(UTF_8)).limit(4), "123456")).containsExactly("1234", "56");
        assertThat(read(oneOf(Framing.chunks()).limit(4), "123456")).containsExactly(bytes("1234"), bytes("56"));
        assertTooLong(oneOf(Framing.text(UTF_8)).limit(2), hex("E4B8AD"));
    }

    /** A framing of one's own that reads with another. */
    private static <T> Framing<T> oneOf(Framing<T> inner) {
        return new Framing<>() {
            @Override
            public T read(DataInputStream in) throws IOException {
                return inner.read(in);
            }

            @Override
            public void write(T message, DataOutputStream out) throws IOException {
                inner.write(message, out);
            }
        };
    }

    @Test
    void theLimitCountsEachMessageAnew() throws IOException {
        var framing = new Framing<Integer>() {
            @Override
            public Integer read(DataInputStream in) throws IOException {
                return in.readInt();
            }

            @Override
            public void write(Integer message, DataOutputStream out) throws IOException {
                out.writeInt(message);
            }
        };
        assertThat(read(framing.limit(4), hex("000000010000000200000003"))).containsExactly(1, 2, 3);
        assertTooLong(framing.limit(3), hex("00000001"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aLimitThatLetsNothingThroughIsRefused(int limit) {
        for (var framing : List.<Framing<?>>of(Framing.lines(), Framing.text(UTF_8), Framing.chunks(), Framing.delimited(";"),
                Framing.lengthPrefixed(4),
                Framing.varintPrefixed(), Framing.lines().map(String::length, String::valueOf))) {
            assertThatIllegalArgumentException().as("%s", framing).isThrownBy(() -> framing.limit(limit));
        }
    }

    @Test
    void everyLimitIsOneMebibyteUnlessSaidOtherwise() {
        for (var framing : List.<Framing<?>>of(Framing.lines(), Framing.lines(US_ASCII), Framing.text(UTF_8), Framing.chunks(),
                Framing.delimited(";"),
                Framing.lengthPrefixed(4), Framing.varintPrefixed())) {
            assertThat(framing.limit()).as("%s", framing).isEqualTo(1 << 20);
        }
    }

    @Test
    void linesInUtf16AreRefusedButTextIsNot() throws IOException {
        assertThat(String.join("", read(Framing.text(UTF_16BE), hex("4E2D65"), hex("87")))).isEqualTo("中文");
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(US_ASCII);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        var both = new ByteArrayOutputStream();
        both.writeBytes(a);
        both.writeBytes(b);
        return both.toByteArray();
    }

    private static DataInputStream stream(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    private static <T> byte[] write(Framing<T> framing, T message) throws IOException {
        var bytes = new ByteArrayOutputStream();
        framing.write(message, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static <T> List<T> read(Framing<T> framing, String stream) throws IOException {
        return read(framing, stream.getBytes(UTF_8));
    }

    /** All messages of a stream that comes in these pieces. */
    private static <T> List<T> read(Framing<T> framing, byte[]... pieces) throws IOException {
        try (var c = ScriptedPeer.saying(pieces).connect()) {
            var all = new ArrayList<T>();
            c.frames(framing).forEach(all::add);
            return all;
        }
    }

    private static <T> T readOne(Framing<T> framing, byte[] bytes) throws IOException {
        try (var c = ScriptedPeer.saying(bytes).connect()) {
            return c.frames(framing).read();
        }
    }

    /** Refused on a connection, and on a plain stream where the framing counts for itself. */
    private static <T> void assertTooLong(Framing<T> framing, byte[] bytes) {
        assertThatThrownBy(() -> readOne(framing, bytes)).isInstanceOf(ProtocolException.class)
                .hasMessageContaining("limit of " + framing.limit() + " bytes");
        if (framing instanceof BuiltInFraming) {
            assertThatThrownBy(() -> framing.read(stream(bytes))).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void rawLinesKeepTheirEndsAndTheLastMayLackIt() throws IOException {
        var bytes = "one\r\ntwo\n\n\u00ff last".getBytes(ISO_8859_1);
        try (var c = ScriptedPeer.stuttering(bytes, 3, new Random(1)).connect()) {
            var read = new ArrayList<String>();
            for (var line : c.frames(Framing.rawLines())) {
                read.add(new String(line, ISO_8859_1));
            }
            assertThat(read).containsExactly("one\r\n", "two\n", "\n", "\u00ff last");
        }
    }

    @Test
    void aRawLineIsNoLongerThanItsLimitWithItsEnd() throws IOException {
        try (var c = ScriptedPeer.saying("1234\n12345\n".getBytes(UTF_8)).connect()) {
            var lines = c.frames(Framing.rawLines().limit(5));
            assertThat(lines.read()).asString().isEqualTo("1234\n");
            assertThatThrownBy(lines::read).isInstanceOf(ProtocolException.class).hasMessageContaining("over the limit of 5 bytes");
        }
    }

    @Test
    void rawLinesAreWrittenAsTheyAre() throws IOException {
        var peer = ScriptedPeer.saying();
        try (var c = peer.connect()) {
            var lines = c.frames(Framing.rawLines().limit(9));
            lines.write("one\r\n".getBytes(UTF_8));
            lines.write("last".getBytes(UTF_8));
            for (var refused : List.of("", "a\nb", "a\nb\n", "too long for it\n")) {
                assertThatThrownBy(() -> lines.write(refused.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(peer.heard()).asString().isEqualTo("one\r\nlast");
    }
}
