package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import com.sun.management.ThreadMXBean;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** {@link FrameFraming} as a stranger may use it: any frames, any bytes, in any pieces. */
class FramingFuzzTest {
    private static final int MOST = 300;
    private static final FrameFraming FRAMING = new FrameFraming(MOST);

    @Provide
    Arbitrary<List<Frame>> frames() {
        var numbers = Arbitraries.longs();
        Arbitrary<Frame> messages = numbers.flatMap(n -> Arbitraries.bytes().array(byte[].class).ofMaxSize(MOST).map(b -> new Frame.Message(n, b)));
        return Arbitraries.oneOf(messages, numbers.map(Frame.Acknowledgement::new), numbers.map(Frame.Resume::new),
                Arbitraries.create(Frame.Ping::new))
                .list().ofMaxSize(20);
    }

    /** Bytes that are nearly frames: small lengths and known kinds are likely. */
    @Provide
    Arbitrary<byte[]> bytes() {
        var near = Arbitraries.oneOf(Arbitraries.bytes(), Arbitraries.bytes().between((byte) 0, (byte) 12), Arbitraries.of((byte) 0));
        var header = Arbitraries.integers().between(-1, 30).flatMap(n -> Arbitraries.bytes().between((byte) 0, (byte) 5).flatMap(
                kind -> near.array(byte[].class).ofMaxSize(30).map(rest -> ByteBuffer.allocate(5
                        + rest.length).putInt(n).put(kind).put(rest).array())));
        return Arbitraries.oneOf(near.array(byte[].class).ofMaxSize(60), header, header.list().ofMaxSize(5).map(FramingFuzzTest::join));
    }

    private static byte[] join(List<byte[]> all) {
        var joined = new ByteArrayOutputStream();
        all.forEach(joined::writeBytes);
        return joined.toByteArray();
    }

    private static byte[] written(List<Frame> frames) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (var frame : frames) {
            FRAMING.write(frame, new DataOutputStream(bytes));
        }
        return bytes.toByteArray();
    }

    private static String words(Frame frame) {
        return frame instanceof Frame.Message m ? "message " + m.number() + " " + HexFormat.of().formatHex(m.body()) : frame.toString();
    }

    private static List<String> words(List<Frame> frames) {
        return frames.stream().map(FramingFuzzTest::words).toList();
    }

    /** A stream that gives what it has in pieces of random sizes. */
    private static DataInputStream inPieces(byte[] bytes, long seed) {
        var random = new Random(seed);
        return new DataInputStream(new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : super.read(into, offset, 1 + random.nextInt(length));
            }
        });
    }

    /** All frames by the stream, and what ended it. */
    private static List<String> readAll(InputStream bytes) {
        var in = bytes instanceof DataInputStream data ? data : new DataInputStream(bytes);
        var all = new ArrayList<String>();
        while (true) {
            try {
                all.add(words(FRAMING.read(in)));
            } catch (EOFException e) {
                all.add("end");
                return all;
            } catch (ProtocolException e) {
                all.add("broken: " + e.getMessage());
                return all;
            } catch (IOException e) {
                throw new AssertionError("neither an end nor a breach", e);
            }
        }
    }

    /** All frames by the array, as a connection reads them that has all in its buffer. */
    private static List<String> decodeAll(byte[] bytes) {
        var all = new ArrayList<String>();
        for (int at = 0; at < bytes.length;) {
            var length = FRAMING.length(bytes, at, bytes.length - at);
            assertThat(length).isNotNegative();
            if (length == 0 || length > bytes.length - at) {
                all.addAll(readAll(new ByteArrayInputStream(bytes, at, bytes.length - at)));
                return all;
            }
            try {
                all.add(words(FRAMING.decode(bytes, at, length)));
            } catch (ProtocolException e) {
                all.add("broken: " + e.getMessage());
                return all;
            } catch (IOException e) {
                throw new AssertionError("neither an end nor a breach", e);
            }
            at += length;
        }
        all.add("end");
        return all;
    }

    @Property(tries = 200)
    void whatIsWrittenIsReadInAnyPieces(@ForAll("frames") List<Frame> frames, @ForAll long seed) throws IOException {
        var want = new ArrayList<>(words(frames));
        want.add("end");
        assertThat(readAll(inPieces(written(frames), seed))).isEqualTo(want);
        assertThat(decodeAll(written(frames))).isEqualTo(want);
    }

    @Property(tries = 200)
    void theArrayIsWrittenAsTheStreamIs(@ForAll("frames") List<Frame> frames, @ForAll @IntRange(max = 50) int offset) throws IOException {
        var total = frames.stream().mapToInt(FRAMING::length).sum();
        var array = new byte[offset + total + 7];
        Arrays.fill(array, (byte) 0x5a);
        var at = offset;
        for (var frame : frames) {
            FRAMING.encode(frame, array, at);
            at += FRAMING.length(frame);
        }
        assertThat(Arrays.copyOfRange(array, offset, at)).isEqualTo(written(frames));
        for (int i = 0; i < array.length; i++) {
            if (i < offset || i >= at) {
                assertThat(array[i]).as("byte %s, which is nobody's", i).isEqualTo((byte) 0x5a);
            }
        }
    }

    @Property(tries = 200)
    void aLengthIsToldFromFourBytesOnAndNotBefore(@ForAll("frames") List<Frame> frames) throws IOException {
        var bytes = written(frames);
        var at = 0;
        for (var frame : frames) {
            for (int available = 1; available < 20 && at + available <= bytes.length; available++) {
                assertThat(FRAMING.length(bytes, at, available)).isEqualTo(available < 4 ? 0 : FRAMING.length(frame));
            }
            at += FRAMING.length(frame);
        }
    }

    @Property(tries = 1_500)
    void anyBytesAreFramesOrABreachOrAnEnd(@ForAll("bytes") byte[] bytes, @ForAll long seed) {
        var read = readAll(inPieces(bytes, seed));
        assertThat(read).hasSizeLessThanOrEqualTo(1 + bytes.length / 5);
        assertThat(decodeAll(bytes)).as("the array tells the same").isEqualTo(read);
    }

    @Property(tries = 200)
    void oneWrongBitIsFramesOrABreachOrAnEnd(@ForAll("frames") List<Frame> frames, @ForAll long seed) throws IOException {
        var bytes = written(frames);
        if (bytes.length > 0) {
            var random = new Random(seed);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(decodeAll(bytes)).isEqualTo(readAll(inPieces(bytes, seed)));
        }
    }

    @Example
    void aBodyAsLongAsItMayBePassesAndOneByteMoreDoesNot() throws IOException {
        var longest = written(List.of(new Frame.Message(1, new byte[MOST])));
        assertThat(readAll(new ByteArrayInputStream(longest))).hasSize(2);
        assertThat(longest).hasSizeLessThanOrEqualTo(FRAMING.limit());
        var longer = written(List.of(new Frame.Message(1, new byte[MOST + 1])));
        assertThat(readAll(new ByteArrayInputStream(longer))).hasSize(1).first().asString().contains("a frame of 310 bytes", "300 at most");
        assertThat(decodeAll(longer)).hasSize(1);
    }

    @Example
    void noMemoryIsTakenOnAHeadersWord() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var huge = new FrameFraming(1 << 30);
        var liar = ByteBuffer.allocate(1_000).putInt((1 << 30) + 9).put((byte) 1).array();
        assertThat(huge.length(liar, 0, 1_000)).isEqualTo((1 << 30) + 13);
        var before = threads.getCurrentThreadAllocatedBytes();
        try {
            huge.read(new DataInputStream(new ByteArrayInputStream(liar)));
            throw new AssertionError("a thousand bytes are no message of a gigabyte");
        } catch (IOException e) {
            assertThat(e).isInstanceOf(EOFException.class).hasMessageContaining("the stream ended after 996 of a frame's 1073741833 bytes");
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }
}
