package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * The body parser under any bytes at all, beside protobuf's own. A build reads the corpus; {@code JAZZER_FUZZ=1 mvn test -pl message -am
 * -Dtest=FuzzBodiesTest -Djazzer.hooks=true -Dsurefire.failIfNoSpecifiedTests=false} looks for more.
 */
@Timeout(400)
class FuzzBodiesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** What a body may cost beyond its bytes: an exception with its stack, whatever the JDK loads late. */
    private static final long EACH = 1 << 20;
    /** A body may name its data again and again; each time that is no longer than the body is from there on. */
    private static final long EACH_BYTE = 16;

    /** Whoever loads a class while it is instrumented pays for that. */
    @BeforeAll
    static void loadClasses() throws IOException {
        for (var body : new String[] {"0805 1007 1a0178 2003", "08", "43 44 2801 310102030405060708 3a00 5501020304"}) {
            WireBytes.attempt(hex(body));
        }
    }

    /** PR-W8, PR-W11: what protobuf takes means the same here, what it refuses is refused, and canonical bytes are written for it. */
    @FuzzTest(maxDuration = "3m")
    void aBodyMeansWhatProtobufSaysItMeans(byte[] body) throws IOException {
        var before = THREADS.getCurrentThreadAllocatedBytes();
        var ours = WireBytes.attempt(body);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(EACH + EACH_BYTE * body.length);
        assertThat(ours).isEqualTo(FrameOracle.attempt(body));
        if (ours != null) {
            assertThat(written(ours)).isEqualTo(frame(FrameOracle.body(ours)));
        }
    }
}
