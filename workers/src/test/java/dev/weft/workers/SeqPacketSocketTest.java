package dev.weft.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.FutureTask;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends in one process. */
@Timeout(30)
@DisplayName("The socket between a server and a worker (SS-34)")
class SeqPacketSocketTest {
    private static final byte[] MESSAGE = {WorkerProtocol.DONE, 1, 2, 3};
    private SeqPacketSocket server;
    private SeqPacketSocket worker;

    @BeforeEach
    void open() throws IOException {
        var pair = SocketPair.open(Libc.SOCK_SEQPACKET);
        server = SeqPacketSocket.ofServer(pair.one());
        worker = SeqPacketSocket.ofWorker(pair.other());
    }

    @AfterEach
    void close() {
        server.close();
        worker.close();
    }

    @Test
    void anEndAfterAllWasReadIsAnEnd() throws Exception {
        server.send(MESSAGE, SeqPacketSocket.NONE);
        assertThat(worker.receive().orElseThrow().text()).isEqualTo(MESSAGE);
        worker.close();
        assertThatThrownBy(server::receive).isExactlyInstanceOf(EOFException.class);
    }

    @Test
    void anEndWithMessagesUnreadIsToldApart() throws Exception {
        server.send(MESSAGE, SeqPacketSocket.NONE);
        worker.close();
        assertThatThrownBy(server::receive).isInstanceOf(UnreadException.class);
    }

    @Test
    void aReportIsDeliveredHoweverLongItsServerDoesNotRead() throws Exception {
        var sent = 0;
        for (var full = false; !full; sent++) {
            try {
                worker.send(MESSAGE, SeqPacketSocket.NONE);
            } catch (SystemException e) {
                assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
                full = true;
            }
        }
        var delivered = new FutureTask<>(() -> {
            worker.deliver(MESSAGE);
            return true;
        });
        var delivering = Thread.ofPlatform().daemon().start(delivered);
        await("it to wait").until(() -> delivered.isDone()
                || Arrays.stream(delivering.getStackTrace()).anyMatch(f -> f.getMethodName().equals("awaitRoom")));
        assertThat(delivered.isDone()).isFalse();
        for (var got = 0; got < sent;) {
            got += server.receive().isPresent() ? 1 : 0;
        }
        assertThat(delivered.get()).isTrue();
    }

    @Test
    void aReportToAServerThatIsGoneIsAnEnd() {
        server.close();
        assertThatThrownBy(() -> worker.deliver(MESSAGE)).isInstanceOf(EOFException.class);
    }

    @Test
    void aWorkerReceivesADescriptorAndAServerDoesNot() throws Exception {
        server.send(MESSAGE, 0);
        var fd = worker.receive().orElseThrow().descriptor();
        assertThat(OpenDescriptors.has(fd)).isTrue();
        Libc.close(fd);
        worker.send(MESSAGE, 0);
        assertThatThrownBy(server::receive).asInstanceOf(type(IOException.class)).isNotInstanceOf(EOFException.class);
        assertThat(OpenDescriptors.has(fd)).as("the lowest free number").isFalse();
    }
}
