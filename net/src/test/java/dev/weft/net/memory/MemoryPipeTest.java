package dev.weft.net.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One direction of an in-memory connection behaves as a kernel's: back-pressure, an end, a reset. */
@Timeout(30)
class MemoryPipeTest {
    private final MemoryPipe pipe = new MemoryPipe();

    @Test
    void whatIsWrittenIsReadHoweverItLiesInTheRing() throws IOException {
        var random = new Random(5);
        var sent = new ByteArrayOutputStream();
        var received = new ByteArrayOutputStream();
        var buffer = new byte[50_000];
        for (int i = 0; i < 300; i++) {
            random.nextBytes(buffer);
            var offset = random.nextInt(10_000);
            var written = pipe.write(buffer, offset, random.nextInt(40_000));
            sent.write(buffer, offset, written);
            var n = pipe.read(buffer, offset, random.nextInt(40_000));
            received.write(buffer, offset, Math.max(0, n));
        }
        pipe.end();
        for (int n; (n = pipe.read(buffer, 0, buffer.length)) > 0;) {
            received.write(buffer, 0, n);
        }
        assertThat(received.toByteArray()).isEqualTo(sent.toByteArray());
    }

    @Test
    void aFullOneTakesNothingUntilSomeIsRead() throws IOException {
        assertThat(pipe.write(new byte[100_000], 0, 100_000)).isEqualTo(MemoryPipe.CAPACITY);
        assertThat(pipe.write(new byte[1], 0, 1)).isZero();
        assertThat(pipe.writable.ready()).isFalse();
        assertThat(pipe.read(new byte[10], 0, 10)).isEqualTo(10);
        assertThat(pipe.writable.ready()).isTrue();
        assertThat(pipe.write(new byte[100], 0, 100)).isEqualTo(10);
    }

    @Test
    void anEmptyOneHasNothingUntilSomeIsWritten() throws IOException {
        assertThat(pipe.read(new byte[10], 0, 10)).isZero();
        assertThat(pipe.readable.ready()).isFalse();
        pipe.write(new byte[1], 0, 1);
        assertThat(pipe.readable.ready()).isTrue();
    }

    @Test
    void theEndComesAfterWhatWasWritten() throws IOException {
        pipe.write(new byte[3], 0, 3);
        pipe.end();
        assertThat(pipe.read(new byte[10], 0, 10)).isEqualTo(3);
        assertThat(pipe.read(new byte[10], 0, 10)).isEqualTo(-1);
        assertThatThrownBy(() -> pipe.write(new byte[1], 0, 1)).isInstanceOf(SocketException.class).hasMessageContaining("Broken pipe");
    }

    @Test
    void aWriterFindsNobodyWhenTheReaderHasClosedWhetherOrNotItHadReadAll() throws IOException {
        pipe.write(new byte[3], 0, 3);
        pipe.readerClosed();
        assertThatThrownBy(() -> pipe.write(new byte[1], 0, 1)).isInstanceOf(SocketException.class).hasMessageContaining("Broken pipe");
    }

    @Test
    void aResetIsSeenByBothAtOnce() throws IOException {
        pipe.write(new byte[3], 0, 3);
        pipe.reset();
        assertThatThrownBy(() -> pipe.read(new byte[1], 0, 1)).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        assertThatThrownBy(() -> pipe.write(new byte[1], 0, 1)).isInstanceOf(SocketException.class).hasMessageContaining("reset");
    }
}
