package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The message deadline of hand-written parsers. */
@Timeout(30)
class InboundTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private Connection here;
    private Connection peer;

    @BeforeEach
    void connect() throws IOException {
        try (var acceptor = Server.at(Address.memory("inbound")).listen()) {
            here = Connection.to(acceptor.address()).time(clock).deadlines(Deadlines.none().message(LIMIT)).open();
            peer = acceptor.accept();
        }
    }

    @AfterEach
    void end() {
        here.abort();
        peer.abort();
    }

    @Test
    void aMessageIsLateEvenIfItsNextBytesAreAlwaysThere() throws Exception {
        peer.send("a");
        assertThat(here.awaitMessage()).isTrue();
        assertThat(here.receive(1)).containsExactly('a');
        afterAWait("b");
        clock.advance(LIMIT);
        peer.send("c");
        assertThatThrownBy(() -> here.receive(1)).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("not whole after 30 s");
    }

    @Test
    void theNextMessageHasADeadlineOfItsOwn() throws Exception {
        peer.send("a");
        assertThat(here.awaitMessage()).isTrue();
        assertThat(here.receive(1)).containsExactly('a');
        afterAWait("b");
        clock.advance(LIMIT);
        peer.send("c");
        assertThat(here.awaitMessage()).isTrue();
        assertThat(here.receive(1)).containsExactly('c');
        afterAWait("d");
    }

    /** The deadline runs from a message's first wait. */
    private void afterAWait(String text) throws Exception {
        var read = new FutureTask<>(() -> new String(here.receive(1)));
        var thread = Thread.ofVirtual().start(read);
        Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> thread.getState() == Thread.State.WAITING);
        peer.send(text);
        assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(text);
    }
}
