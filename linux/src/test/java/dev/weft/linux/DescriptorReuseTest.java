package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.StreamBuilder;
import dev.weft.net.WeftSocketOptions;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections come and go, so their descriptors' numbers are used again and again: none ever gets what was another's, and none is lost. */
@Timeout(60)
class DescriptorReuseTest {
    private static final int CALLERS = 16;
    private static final int CALLS = 250;

    @TempDir
    Path folder;

    @Test
    void thousandsOfTcpConnectionsEachGetTheirOwnAnswers() throws Exception {
        churn(Server.tcp("localhost", 0));
    }

    @Test
    void thousandsOfUnixConnectionsEachGetTheirOwnAnswers() throws Exception {
        churn(Server.unix(folder.resolve("s")).option(WeftSocketOptions.UNIX_UNLINK, true));
    }

    /** Each caller says who it is, some several times; some leave in the middle, by an end, a close or a reset. */
    private static void churn(StreamBuilder builder) throws Exception {
        StreamPair.tcp().close(); // the engine's own descriptors are there before the count
        var before = OpenDescriptors.count();
        var failures = new AtomicReference<Throwable>();
        try (var server = builder.observer(quiet()).open(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        }).start()) {
            var threads = new ArrayList<Thread>();
            for (int caller = 0; caller < CALLERS; caller++) {
                var name = "caller " + caller;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        for (int call = 0; call < CALLS; call++) {
                            call(server.address(), name + ", call " + call);
                        }
                    } catch (Throwable t) {
                        failures.compareAndSet(null, t);
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            assertThat(failures).hasNullValue();
            assertThat(server.stats().accepted()).isEqualTo(CALLERS * CALLS);
        }
        OpenDescriptors.awaitNoMoreThan(before);
    }

    private static void call(Address server, String text) throws IOException {
        try (var c = Connection.to(server).open()) {
            var random = ThreadLocalRandom.current();
            for (int i = random.nextInt(3); i >= 0; i--) {
                c.send(text + "\n");
                assertThat(c.readLine()).isEqualTo(text);
            }
            switch (random.nextInt(4)) {
                case 0 -> c.abort();
                case 1 -> c.send("half a line");
                case 2 -> {
                    c.shutdownOutput();
                    assertThat(c.receive(1)).isEmpty();
                }
                default -> {
                }
            }
        }
    }

    private static ServerObserver quiet() {
        return new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                // resets, on purpose
            }
        };
    }

    @Test
    void anEventOfAFormerOwnerNeverReachesItsSuccessor() throws Exception {
        // The former owner's peer says something at the moment of its close: that event is on its way while the number is given out again.
        var transport = new EpollTransport();
        var listener = transport.listen(Address.of("localhost", 0), StreamPair.PLAIN);
        var owners = new HashMap<Integer, Integer>();
        try {
            for (int round = 0; round < 3_000; round++) {
                try (var peer = new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.local().port())) {
                    var former = StreamPair.accepted(listener);
                    assertThat(former.read(new byte[1], 0, 1)).isZero();
                    owners.merge(former.fileno().orElseThrow(), 1, Integer::sum);
                    peer.getOutputStream().write('x');
                    former.close();
                    try (var silent = new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.local().port())) {
                        var successor = StreamPair.accepted(listener);
                        assertThat(successor.read(new byte[1], 0, 1)).as("nobody said anything to it").isZero();
                        silent.getOutputStream().write('y');
                        var one = new byte[1];
                        assertThat(StreamPair.read(successor, one)).isOne();
                        assertThat(one[0]).isEqualTo((byte) 'y');
                        successor.close();
                    }
                }
            }
        } finally {
            listener.close();
        }
        assertThat(Collections.max(owners.values())).as("times that one number was given out").isGreaterThan(100);
    }

    @Test
    void whoAsksForAnAddressDuringACloseIsNeverToldAnothers() throws Exception {
        var transport = new EpollTransport();
        var listener = transport.listen(Address.of("localhost", 0), StreamPair.PLAIN);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 2_000; round++) {
                var client = transport.connect(listener.local(), StreamPair.PLAIN);
                var own = StreamPair.accepted(listener);
                var port = own.remote().port();
                var start = new CountDownLatch(1);
                var told = threads.submit(() -> {
                    start.await();
                    return client.local().port();
                });
                start.countDown();
                client.close();
                own.close();
                var next = transport.connect(listener.local(), StreamPair.PLAIN); // takes the number
                StreamPair.accepted(listener).close();
                assertThat(told.get()).as("its own port, or none after the close").isIn(port, 0);
                next.close();
            }
        } finally {
            listener.close();
        }
    }
}
