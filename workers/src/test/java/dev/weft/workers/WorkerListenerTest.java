package dev.weft.workers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in where workers report. */
@Timeout(30)
@DisplayName("The listening socket of worker processes (SS-34)")
class WorkerListenerTest {
    @Test
    void whoWasNotStartedHereIsTurnedAwayAndNothingIsKeptOfHim() throws Exception {
        var listener = new WorkerListener();
        try {
            for (int i = 0; i < 3; i++) {
                var stranger = SeqPacketSocket.ofWorker(connect(listener));
                try {
                    assertThatThrownBy(() -> await().until(() -> stranger.receive().isPresent())).isInstanceOf(EOFException.class);
                } finally {
                    stranger.close();
                }
            }
        } finally {
            listener.close();
        }
    }

    private static int connect(WorkerListener listener) throws IOException {
        return Sockets.orClose(Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET), fd -> {
            try (var arena = Arena.ofConfined()) {
                Libc.connect(fd, Sockaddr.unix(Address.unix(listener.path()), arena));
                return fd;
            }
        });
    }
}
