package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an error of accept(2) means for the listener (SPEC SS-17). */
@Timeout(120)
class AcceptErrorsTest {
    private static final int DESCRIPTORS = 80;
    private static final int CLIENTS = 120;

    private static ListenerChannel listener() throws IOException {
        return new EpollTransport().listen(Address.of("localhost", 0), StreamPair.PLAIN);
    }

    @ParameterizedTest
    @CsvSource({"ECONNABORTED, CONNECTION", "ECONNRESET, CONNECTION", "EPROTO, CONNECTION", "ENETDOWN, CONNECTION", "ENETUNREACH, CONNECTION",
            "EHOSTDOWN, CONNECTION", "EHOSTUNREACH, CONNECTION", "EOPNOTSUPP, CONNECTION", "EPROTONOSUPPORT, CONNECTION",
            "ENOPROTOOPT, CONNECTION", "ETIMEDOUT, CONNECTION", "EPERM, CONNECTION", "EMFILE, EXHAUSTED", "ENFILE, EXHAUSTED",
            "ENOBUFS, EXHAUSTED", "ENOMEM, EXHAUSTED", "ENOSPC, EXHAUSTED", "EBADF, OTHER", "EINVAL, OTHER"})
    void eachErrorHasItsClass(String name, AcceptFailure expected) throws Exception {
        var listener = listener();
        try {
            var errno = Errno.class.getDeclaredField(name).getInt(null);
            assertThat(listener.classify(new SystemException(errno))).isEqualTo(expected);
        } finally {
            listener.close();
        }
    }

    @Test
    void afterTheCloseEveryErrorMeansClosed() throws IOException {
        var listener = listener();
        assertThat(listener.classify(new IOException("something else"))).isEqualTo(AcceptFailure.OTHER);
        assertThat(listener.classify(new ClosedChannelException())).isEqualTo(AcceptFailure.CLOSED);
        listener.close();
        assertThat(listener.classify(new SystemException(Errno.EBADF))).isEqualTo(AcceptFailure.CLOSED);
        assertThat(listener.classify(new SystemException(Errno.EMFILE))).isEqualTo(AcceptFailure.CLOSED);
    }

    @Test
    void theSystemsWordsAreInTheError() {
        assertThat(new SystemException(Errno.EMFILE)).hasMessage("Too many open files");
        assertThat(new SystemException(Errno.ECONNRESET)).hasMessage("Connection reset by peer");
        assertThat(SystemException.ofWatch(Errno.ENOMEM)).hasMessage("Cannot allocate memory");
    }

    @Test
    void thatNothingMoreCanBeWatchedIsNotTakenForAFullDisk() {
        var failure = SystemException.ofWatch(Errno.ENOSPC);
        assertThat(failure).hasMessageContaining("fs.epoll.max_user_watches");
        assertThat(failure.errno()).isEqualTo(Errno.ENOSPC);
    }

    @Test
    void peersThatResetBeforeTheyAreAcceptedHarmNobody() throws Exception {
        try (var server = Server.tcp("localhost", 0).observer(new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                // the resets
            }
        }).open(c -> c.send(c.readLine() + "\n"))) {
            for (int i = 0; i < 100; i++) {
                try (var peer = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
                    peer.setSoLinger(true, 0);
                }
            }
            server.start();
            try (var c = Connection.to(server.address()).open()) {
                c.send("hello\n");
                assertThat(c.readLine()).isEqualTo("hello");
            }
            assertThat(server.state()).isEqualTo(LifeState.RUNNING);
        }
    }

    /** Echoes lines after a greeting, and prints what it could not accept. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var server = Server.tcp("localhost", 0).observer(new ServerObserver() {
                @Override
                public void acceptFailed(Server failing, IOException failure) {
                    System.out.println("could not accept: " + failure.getMessage());
                }
            }).open(c -> {
                c.send("welcome\n");
                for (var line : c.lines()) {
                    c.send(line + "\n");
                }
            }).start();
            System.out.println("listening with " + server.fileno() + " on " + server.address());
        }
    }

    @Test
    void withoutDescriptorsLeftItPausesReportsAndServesOnWhenOthersHaveLeft(@TempDir Path folder) throws Exception {
        try (var child = ChildJava.withDescriptors(DESCRIPTORS, folder, Program.class)) {
            var listening = child.awaitLine("listening with OptionalInt[");
            var address = Address.parse(listening.substring(listening.indexOf(" on ") + 4));
            var clients = new ArrayList<Connection>();
            BlockingQueue<Connection> welcomed = new LinkedBlockingQueue<>();
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    var c = Connection.to(address).open(); // the kernel's queue has room
                    clients.add(c);
                    Thread.ofVirtual().start(() -> {
                        try {
                            c.readLine();
                            welcomed.add(c);
                        } catch (IOException e) {
                            // closed at the end of the test
                        }
                    });
                }
                assertThat(child.awaitLine("could not accept: ")).contains("Too many open files");
                child.awaitLine("could not accept: ");
                for (int served = 0; served < CLIENTS; served++) {
                    var c = welcomed.poll(30, TimeUnit.SECONDS);
                    assertThat(c).as("client %d", served).isNotNull();
                    c.send("still there?\n");
                    assertThat(c.readLine()).isEqualTo("still there?");
                    c.close();
                }
                assertThat(child.isAlive()).isTrue();
            } finally {
                clients.forEach(Connection::abort);
            }
        }
    }
}
