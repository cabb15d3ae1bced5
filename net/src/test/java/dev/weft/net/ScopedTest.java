package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection and the server of a handler are known to all that it calls, without being passed. */
@Timeout(30)
class ScopedTest {
    private static final Address HERE = Address.memory("scoped");

    private final BlockingQueue<Object> seen = new ArrayBlockingQueue<>(16);

    private Object next() throws InterruptedException {
        var next = seen.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void aHandlerFindsItsConnectionAndItsServer() throws Exception {
        for (var concurrency : List.of(Concurrency.virtualThreads(), Concurrency.sequential(), Concurrency.platformThreads(1))) {
            try (var server = Server.at(HERE).concurrency(concurrency).open(c -> {
                seen.add(Connection.current() == c);
                seen.add(Server.current());
            }).start()) {
                for (int i = 0; i < 2; i++) {
                    Connection.to(HERE).open().close();
                    assertThat(next()).isEqualTo(true);
                    assertThat(next()).isSameAs(server);
                }
            }
        }
    }

    static final class Asking extends RequestHandler {
        @Override
        protected void handle() throws IOException {
            connection().send(server().name() + "\n");
        }
    }

    @Test
    void aHandlerObjectKnowsItsServer() throws IOException {
        // SPEC SS-40.
        try (var _ = Server.at(HERE).name("mine").open(Asking.class).start(); var c = Connection.to(HERE).open()) {
            assertThat(c.readLine()).isEqualTo("mine");
        }
    }

    @Test
    void aDatagramsHandlerHasAServerAndNoConnection() throws Exception {
        try (var server = Server.udp("localhost", 0).open(_ -> {
            seen.add(Server.current());
            try {
                seen.add(Connection.current());
            } catch (IllegalStateException e) {
                seen.add("none");
            }
        }).start(); var socket = Datagrams.udp(Address.of("localhost", 0))) {
            socket.send("x", server.address());
            assertThat(next()).isSameAs(server);
            assertThat(next()).isEqualTo("none");
        }
    }

    @Test
    void aServerWithinAHandlerIsTheInnermost() throws Exception {
        try (var outer = Server.at(HERE).concurrency(Concurrency.sequential()).open(_ -> {
            try (var inner = Server.at(Address.memory("inner")).concurrency(Concurrency.sequential())
                    .open(_ -> seen.add(Server.current().name()))) {
                Connection.to(inner.address()).open().close();
                inner.handleRequest(Duration.ofSeconds(10));
            }
            seen.add(Server.current().address());
        }).start()) {
            Connection.to(HERE).open().close();
            assertThat(next()).isEqualTo("server");
            assertThat(next()).isEqualTo(outer.address());
        }
    }

    @Test
    void aThreadOfTheHandlersOwnKnowsNeither() throws Exception {
        try (var _ = Server.at(HERE).open(_ -> Thread.ofVirtual().start(() -> {
            try {
                seen.add(Connection.current());
            } catch (IllegalStateException e) {
                seen.add(e.getMessage());
            }
        }).join()).start()) {
            Connection.to(HERE).open().close();
            assertThat(next()).asString().startsWith("no connection is being served");
        }
        assertThatIllegalStateException().isThrownBy(Server::current);
    }
}
