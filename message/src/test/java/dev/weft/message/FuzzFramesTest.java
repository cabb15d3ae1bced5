package dev.weft.message;

import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ProtocolException;
import java.util.Random;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Timeout;

/**
 * The frame reader under any bytes at all. A build reads the corpus; {@code JAZZER_FUZZ=1 mvn test -pl message -am -Dtest=FuzzFramesTest
 * -Djazzer.hooks=true -Dsurefire.failIfNoSpecifiedTests=false} looks for more.
 */
@Timeout(400)
class FuzzFramesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int HEADER = 6;

    /** What a frame may cost beyond its bytes: a first piece of room, an exception with its stack, classes met for the first time. */
    private static final long EACH = 1 << 20;
    /** What a byte may cost: the body, gathered from pieces, and the data of the message, each perhaps grown by doubling. */
    private static final long EACH_BYTE = 8;

    /** PR-W10 to PR-W13: nothing but messages and protocol errors comes of it, always with progress, at no more than the bytes are worth. */
    @FuzzTest(maxDuration = "3m")
    void whateverComesIsReadOrRefused(byte[] bytes) throws IOException {
        var in = new DataInputStream(FramePieces.of(bytes, 1 + bytes.length % 61, new Random(bytes.length)));
        var left = bytes.length;
        for (var goesOn = true; goesOn;) {
            var before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                var m = Message.framing().read(in);
                assertThat(m.data().length).isLessThanOrEqualTo(left - HEADER);
                assertThat(WireBytes.read(Message.framing(), written(m))).isEqualTo(m);
            } catch (MalformedMessageException e) {
                assertThat(e).hasMessageContaining("no message");
            } catch (ProtocolException | EOFException e) {
                goesOn = false;
            }
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(EACH + EACH_BYTE * left);
            left -= goesOn ? HEADER : 0;
            assertThat(left).as("bytes that were left for the next").isNotNegative();
        }
    }
}
