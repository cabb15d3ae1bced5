package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.spi.Transport;
import org.awaitility.core.ConditionFactory;

/** A server on one transport, and a bystander: a connection that asks for an echo again and again, whatever the others do. */
final class HostileStage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration OFTEN = Duration.ofMillis(2);
    private static final int SOME = 10;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Transport transport;
    private final WireFailures failures = new WireFailures();
    private final Server server;
    private final Peer bystander;
    private volatile boolean over;
    private final AtomicInteger echoes = new AtomicInteger();
    private final AtomicReference<Throwable> harm = new AtomicReference<>();

    HostileStage(Transport transport, Messages messages, UnaryOperator<Deadlines> deadlines) throws IOException {
        this.transport = transport;
        var memory = Address.memory("hostile-" + NAMES.incrementAndGet());
        var where = transport.streams(memory) ? Server.at(memory) : Server.tcp("localhost", 0);
        server = messages.on("echo", (m, peer) -> peer.send(m))
                .open(where.transport(transport).observer(failures).deadlines(deadlines.apply(Deadlines.defaults())))
                .start();
        bystander = new Messages().open(Connection.to(server.address()).transport(transport));
        Thread.ofVirtual().start(this::ask);
    }

    private void ask() {
        try {
            while (!over) {
                bystander.request("echo", "still here", PATIENCE);
                echoes.incrementAndGet();
            }
        } catch (IOException e) {
            if (!over) {
                harm.set(e);
            }
        }
    }

    Server server() {
        return server;
    }

    WireFailures failures() {
        return failures;
    }

    /** A connection for somebody who means no good: raw bytes, and no wait of a read longer than given. */
    Connection dial(Duration silence) throws IOException {
        return Connection.to(server.address()).transport(transport).deadlines(Deadlines.defaults().idle(silence)).open();
    }

    Connection dial() throws IOException {
        return dial(PATIENCE);
    }

    /** The bystander has got more echoes since this was called. */
    void assertUnharmed() {
        var before = echoes.get();
        eventually().until(() -> echoes.get() >= before + SOME || harm.get() != null);
        assertThat(harm.get()).isNull();
    }

    /** Only the bystander is left, unharmed. */
    void assertAlone() {
        eventually().untilAsserted(() -> assertThat(server.stats().active()).isEqualTo(1));
        assertUnharmed();
    }

    /** Looks again and again. */
    static ConditionFactory eventually() {
        return await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(OFTEN);
    }

    @Override
    public void close() {
        over = true;
        bystander.close();
        server.close();
    }
}
