package dev.weft.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.linux.TransportsHere;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ring by itself: what it shares with the kernel, and what of that may run over. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RingTest {
    @Test
    void theStructsHaveTheSizesOfLinuxIoUringH() {
        assertThat(RingLayouts.SQE.byteSize()).isEqualTo(64);
        assertThat(RingLayouts.CQE.byteSize()).isEqualTo(16);
        assertThat(RingLayouts.PARAMS.byteSize()).isEqualTo(120);
        assertThat(RingLayouts.BUF.byteSize()).isEqualTo(16);
        assertThat(RingLayouts.BUF_REG.byteSize()).isEqualTo(40);
        assertThat(RingLayouts.SQ_OFFSETS.byteSize()).isEqualTo(40);
        assertThat(RingLayouts.CQ_OFFSETS.byteSize()).isEqualTo(40);
    }

    @Test
    void theFieldsStandWhereLinuxIoUringHHasThem() {
        assertThat(RingLayouts.offset(RingLayouts.SQE, "op_flags")).isEqualTo(28);
        assertThat(RingLayouts.offset(RingLayouts.SQE, "user_data")).isEqualTo(32);
        assertThat(RingLayouts.offset(RingLayouts.SQE, "buf_group")).isEqualTo(40);
        assertThat(RingLayouts.offset(RingLayouts.SQE, "optlen")).isEqualTo(44);
        assertThat(RingLayouts.offset(RingLayouts.PARAMS, "features")).isEqualTo(20);
        assertThat(RingLayouts.offset(RingLayouts.PARAMS, "sq_off", "array")).isEqualTo(64);
        assertThat(RingLayouts.offset(RingLayouts.PARAMS, "cq_off", "cqes")).isEqualTo(100);
        assertThat(RingLayouts.offset(RingLayouts.BUF, "resv")).isEqualTo(14);
    }

    @Test
    void completionsThatDoNotFitAreKept() throws IOException {
        TransportsHere.assume("io_uring");
        var ring = new Ring(16);
        try (var arena = Arena.ofConfined()) {
            for (int i = 0; i < 100; i++) {
                ring.poll(-1, i, Libc.EPOLLOUT); // fails at once, and its completion says so
            }
            List<Long> seen = new ArrayList<>();
            var errno = Libc.errnoRoom(arena);
            while (ring.reap((data, result, flags) -> seen.add(result == -Errno.EBADF ? data : -1), errno) > 0) {
                assertThat(seen).hasSizeLessThanOrEqualTo(100);
            }
            assertThat(seen).containsExactlyElementsOf(java.util.stream.LongStream.range(0, 100).boxed().toList());
        } finally {
            ring.close();
        }
    }

    @Test
    void aReceiverThatFailsLosesItsOwnCompletionOnly() throws IOException {
        TransportsHere.assume("io_uring");
        var ring = new Ring(16);
        try (var arena = Arena.ofConfined()) {
            var errno = Libc.errnoRoom(arena);
            ring.poll(-1, 1, Libc.EPOLLOUT);
            ring.poll(-1, 2, Libc.EPOLLOUT);
            List<Long> seen = new ArrayList<>();
            Ring.Completions first = (data, result, flags) -> {
                throw new IllegalStateException("of " + data);
            };
            org.assertj.core.api.Assertions.assertThatIllegalStateException().isThrownBy(() -> ring.reap(first, errno)).withMessage("of 1");
            ring.reap((data, result, flags) -> seen.add(data), errno);
            assertThat(seen).containsExactly(2L);
        } finally {
            ring.close();
        }
    }

    @Test
    void aBufferIsOutFromItsArrivalUntilItIsGivenBack() throws IOException {
        var buffers = new RingBuffers(4, 8);
        assertThat(buffers.out()).isZero();
        buffers.arrived(2, 8);
        assertThat(buffers.out()).isEqualTo(1);
        assertThat(buffers.length(2)).isEqualTo(8);
        buffers.giveBack(2);
        assertThat(buffers.out()).isZero();
        buffers.free();
    }
}
