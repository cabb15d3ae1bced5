package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.header;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ProtocolException;
import java.util.Random;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * The frame reader under any bytes at all. A build reads the corpus; {@code JAZZER_FUZZ=1 mvn test -pl message -am -Dtest=FuzzFramesTest
 * -Djazzer.hooks=true -Dsurefire.failIfNoSpecifiedTests=false} looks for more.
 */
@Timeout(400)
class FuzzFramesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int HEADER = 6;

    /** What a frame may cost beyond its bytes: a first piece of room, an exception with its stack, whatever the JDK loads late. */
    private static final long EACH = 1 << 20;
    /** What a byte may cost: the body, gathered from pieces, the data of the message, and both once more for what this test does. */
    private static final long EACH_BYTE = 8;

    /** Whoever loads a class while it is instrumented pays for that. */
    @BeforeAll
    static void loadClasses() {
        read(join("x".getBytes(UTF_8), WireVector.HELLO.bytes(), frame(hex("08")), header(0), header(1)), Long.MAX_VALUE);
        read(header(-1), Long.MAX_VALUE);
    }

    /** PR-W10 to PR-W13: only messages and protocol errors come of it, always with progress, at no more than the bytes are worth. */
    @FuzzTest(maxDuration = "3m")
    void whateverComesIsReadOrRefused(byte[] bytes) {
        read(bytes, EACH);
    }

    private static void read(byte[] bytes, long most) {
        var in = new DataInputStream(FramePieces.of(bytes, 1 + bytes.length % 61, new Random(bytes.length)));
        var left = bytes.length;
        for (var goesOn = true; goesOn;) {
            var before = THREADS.getCurrentThreadAllocatedBytes();
            goesOn = readOne(in, left);
            var allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated / EACH_BYTE - left).isLessThan(most / EACH_BYTE);
            left -= goesOn ? HEADER : 0;
            assertThat(left).as("bytes that were left for the next").isNotNegative();
        }
    }

    /** False when nothing can be read any more. */
    private static boolean readOne(DataInputStream in, int left) {
        try {
            var m = Message.framing().read(in);
            assertThat(m.data().length).isLessThanOrEqualTo(left - HEADER);
            assertThat(WireBytes.read(Message.framing(), written(m))).isEqualTo(m);
            return true;
        } catch (MalformedMessageException e) {
            return true;
        } catch (ProtocolException | EOFException e) {
            return false;
        } catch (IOException e) {
            throw new AssertionError("neither a message nor a protocol error", e);
        }
    }
}
