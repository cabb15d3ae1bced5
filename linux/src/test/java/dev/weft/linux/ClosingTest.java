package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.spi.StreamChannel;
import dev.weft.testkit.OpenDescriptors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A close while others read, write, accept or ask: all of them return, and the number is freed once. */
@Timeout(60)
class ClosingTest {
    private static final int ROUNDS = 150;

    @TempDir
    Path folder;

    private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService platform = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        virtual.shutdownNow();
        platform.shutdownNow();
    }

    private ExecutorService threads(int round) {
        return round % 2 == 0 ? virtual : platform;
    }

    private Address address(String kind) {
        return kind.equals("tcp") ? Address.of("localhost", 0) : Address.unixAbstract("weft-closing-" + ProcessHandle.current().pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void abortedABlockedReaderAndABlockedWriterReturnAndTheNextOwnerOfTheNumberHearsNothing(String kind) throws Exception {
        StreamPair.tcp().close();
        var before = OpenDescriptors.count();
        for (int round = 0; round < ROUNDS; round++) {
            try (var acceptor = Server.at(address(kind)).deadlines(Deadlines.none()).listen();
                    var _ = Connection.to(acceptor.address()).deadlines(Deadlines.none()).open()) {
                var c = acceptor.accept();
                var reader = threads(round).submit(() -> c.receive(10));
                var writing = new CountDownLatch(1);
                var writer = threads(round / 2).submit(() -> {
                    var some = new byte[1_000_000];
                    c.send(new byte[1]);
                    writing.countDown();
                    while (true) {
                        c.send(some); // the peer reads nothing, so one of these blocks
                    }
                });
                writing.await();
                var closers = new ArrayList<Future<?>>();
                for (int i = 0; i < 3; i++) {
                    closers.add(threads(i).submit(c::abort));
                }
                for (var closer : closers) {
                    soon(closer);
                }
                try (var next = StreamPair.tcp()) { // takes the number, and whatever is still written to it
                    assertFails(reader);
                    assertFails(writer);
                    assertThat(next.client().read(new byte[10], 0, 10)).isZero();
                    assertThat(next.server().read(new byte[10], 0, 10)).isZero();
                }
                assertThat(c.isOpen()).isFalse();
                assertThatThrownBy(() -> c.send(new byte[1])).isInstanceOf(IOException.class).hasMessageContaining("was aborted");
            }
        }
        OpenDescriptors.awaitNoMoreThan(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void theBareChannelTellsWhoeverWaitsInIt(String kind) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var pair = StreamPair.at(address(kind));
            StreamPair.fill(pair.server());
            var reader = threads(round).submit(() -> StreamPair.read(pair.server(), new byte[10]));
            var writer = threads(round / 2).submit(() -> {
                StreamPair.write(pair.server(), new byte[10_000_000]);
                return 0;
            });
            pair.server().close();
            assertFails(reader);
            assertFails(writer);
            assertThat(pair.server().fileno()).isEmpty();
            pair.server().close();
            pair.client().close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void anAcceptorThatWaitsIsToldAndTheAddressIsFreeAtOnce(String kind) throws Exception {
        var address = address(kind);
        for (int round = 0; round < ROUNDS; round++) {
            var acceptor = Server.at(address).listen();
            address = acceptor.address(); // from now on this very port
            var waiting = new CountDownLatch(1);
            var accepting = threads(round).submit(() -> {
                waiting.countDown();
                return acceptor.accept();
            });
            waiting.await();
            acceptor.close();
            assertFails(accepting);
        }
    }

    @Test
    void aReceiverOfDatagramsThatWaitsIsToldAndTheAddressIsFreeAtOnce() throws Exception {
        var address = Address.of("localhost", 0);
        for (int round = 0; round < ROUNDS; round++) {
            var socket = Datagrams.udp(address);
            address = socket.address();
            var waiting = new CountDownLatch(1);
            var receiving = threads(round).submit(() -> {
                waiting.countDown();
                return socket.receive();
            });
            waiting.await();
            socket.close();
            assertFails(receiving);
        }
    }

    @Test
    void aServerThatIsClosedShowsNoDescriptorAndItsPortCanBeHadAgain() throws Exception {
        // SPEC SS-8.
        var server = Server.tcp("localhost", 0).open(c -> {}).start();
        var number = server.fileno().orElseThrow();
        assertThat(OpenDescriptors.target(number)).startsWith("socket:");
        server.close();
        assertThat(server.fileno()).isEmpty();
        Server.tcp("localhost", server.port()).open(c -> {}).close();
    }

    @Test
    void aClosedChannelIsNotKept() throws Exception {
        var closed = openedAndClosed();
        Awaitility.await().until(() -> {
            System.gc();
            return closed.stream().allMatch(each -> each.refersTo(null));
        });
    }

    private static List<WeakReference<StreamChannel>> openedAndClosed() throws IOException {
        var pair = StreamPair.tcp();
        pair.close();
        return List.of(new WeakReference<>(pair.client()), new WeakReference<>(pair.server()));
    }

    private static void assertFails(Future<?> future) throws Exception {
        Callable<?> get = () -> future.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(get::call).as("returns, with an error of the socket").hasCauseInstanceOf(IOException.class);
    }

    private static void soon(Future<?> future) throws Exception {
        future.get(10, TimeUnit.SECONDS);
    }

    @Test
    void closingThousandsAtOnceLosesNone() throws Exception {
        var before = OpenDescriptors.count();
        List<StreamPair> pairs = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            pairs.add(StreamPair.tcp());
        }
        var closers = new ArrayList<Future<?>>();
        for (int thread = 0; thread < 4; thread++) {
            closers.add(threads(thread).submit(() -> pairs.forEach(StreamPair::close)));
        }
        for (var closer : closers) {
            soon(closer);
        }
        OpenDescriptors.awaitNoMoreThan(before);
    }
}
