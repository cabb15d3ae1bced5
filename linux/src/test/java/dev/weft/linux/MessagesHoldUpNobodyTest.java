package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.MessageHandler;
import dev.weft.net.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers in message form on epoll: whatever a handler or a peer does, the messages of the other connections are answered. */
@Timeout(120)
class MessagesHoldUpNobodyTest {
    private static final int OTHERS = 8;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void closeAll() throws Exception {
        release.countDown();
        for (var each : opened.reversed()) {
            each.close();
        }
    }

    private Server serve(MessageHandler<String> handler) throws IOException {
        var server = Server.tcp("127.0.0.1", 0).transport(new EpollTransport()).open(Framing.lines(), (line, c) -> {
            if (line.equals("hello")) {
                c.send("hello\n");
            } else {
                handler.handle(line, c);
            }
        }).start();
        opened.add(server);
        return server;
    }

    private Connection connect(Server server) throws IOException {
        var client = Connection.to(server.address()).open();
        opened.add(client);
        return client;
    }

    /** The threads that handle messages now. */
    private static List<Thread> handling(Server server) {
        return server.threads().stream().filter(thread -> !thread.getName().equals("server-accept")).toList();
    }

    /** New connections, and so connections on every loop. */
    private void assertOthersAreAnswered(Server server) throws IOException {
        for (int i = 0; i < OTHERS; i++) {
            var other = connect(server);
            for (int k = 0; k < 3; k++) {
                other.send("hello\n");
                assertThat(other.readLine()).isEqualTo("hello");
            }
        }
    }

    @Test
    @DisplayName("a handler that blocks in one connection; its later messages are answered when it goes on")
    void oneThatBlocks() throws Exception {
        var server = serve((line, c) -> {
            release.await();
            c.send("at last\n");
        });
        var blocked = connect(server);
        blocked.send("block\nhello\n");
        await().until(() -> handling(server).stream().anyMatch(thread -> thread.getState() == Thread.State.WAITING));

        assertOthersAreAnswered(server);

        release.countDown();
        assertThat(blocked.readLine()).isEqualTo("at last");
        assertThat(blocked.readLine()).isEqualTo("hello");
    }

    @Test
    @DisplayName("a thousand that block: they cost virtual threads, and a few platform threads")
    void aThousandThatBlock() throws Exception {
        var inside = new AtomicInteger();
        var platform = new AtomicInteger();
        var server = serve((line, c) -> {
            inside.incrementAndGet();
            if (!Thread.currentThread().isVirtual()) {
                platform.incrementAndGet();
            }
            release.await();
            c.send("at last\n");
        });
        var blocked = new ArrayList<Connection>();
        for (int i = 0; i < 1_000; i++) {
            blocked.add(connect(server));
            blocked.get(i).send("block\n");
        }
        await().until(() -> inside.get() == 1_000);

        assertOthersAreAnswered(server);

        assertThat(platform.get()).isLessThan(100);
        release.countDown();
        for (var each : blocked) {
            assertThat(each.readLine()).isEqualTo("at last");
        }
    }

    @Test
    @DisplayName("handlers that compute without an end on every loop")
    void thoseThatSpin() throws Exception {
        var spins = new AtomicBoolean(true);
        opened.add(() -> spins.set(false));
        var server = serve((line, c) -> {
            while (spins.get()) {
                Thread.onSpinWait();
            }
            c.send("at last\n");
        });
        var spinning = new ArrayList<Connection>();
        for (int i = 0; i < 4; i++) {
            spinning.add(connect(server));
            spinning.get(i).send("spin\n");
        }
        await().until(() -> handling(server).size() == spinning.size());

        assertOthersAreAnswered(server);

        spins.set(false);
        for (var each : spinning) {
            assertThat(each.readLine()).isEqualTo("at last");
        }
    }

    @Test
    @DisplayName("a peer that does not read what it is answered")
    void onePeerThatDoesNotRead() throws Exception {
        var answer = "x".repeat(1 << 20) + "\n";
        var server = serve((line, c) -> c.send(answer));
        var deaf = connect(server);
        for (int i = 0; i < 32; i++) {
            deaf.send("more\n");
        }
        await().until(() -> handling(server).stream().anyMatch(MessagesHoldUpNobodyTest::waits));

        assertOthersAreAnswered(server);

        for (int i = 0; i < 32; i++) {
            assertThat(deaf.lines().read()).hasSize(1 << 20);
        }
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    @DisplayName("peers that send without an end")
    void peersThatFlood() throws Exception {
        var floods = new AtomicBoolean(true);
        var server = serve((line, c) -> {});
        var flood = "x\n".repeat(8_000);
        for (int i = 0; i < 4; i++) {
            var flooding = connect(server);
            var thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (floods.get()) {
                        flooding.send(flood);
                    }
                } catch (IOException e) {
                    LockSupport.parkNanos(1); // the test is over
                }
            });
            opened.add(() -> {
                floods.set(false);
                thread.join(Duration.ofSeconds(30));
            });
        }
        await().until(() -> server.stats().bytesIn() > 1 << 20);

        assertOthersAreAnswered(server);
    }

    @Test
    @DisplayName("connections that rest have no thread")
    void thoseThatRest() throws Exception {
        var server = serve((line, c) -> c.send(line + "\n"));
        var clients = new ArrayList<Connection>();
        for (int i = 0; i < 100; i++) {
            clients.add(connect(server));
            clients.get(i).send("a line\n");
            assertThat(clients.get(i).readLine()).isEqualTo("a line");
        }

        await().until(() -> handling(server).isEmpty());
        assertThat(server.stats().active()).isEqualTo(100);

        clients.getFirst().send("a part ");
        await().until(() -> handling(server).size() == 1); // of a line, whose end is waited for
        clients.getFirst().send("of a line\n");
        assertThat(clients.getFirst().readLine()).isEqualTo("a part of a line");
        await().until(() -> handling(server).isEmpty());
    }
}
