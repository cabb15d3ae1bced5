package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.Transports;
import dev.weft.testkit.ChildJava;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heap that strangers fill is empty again when they have gone: the server serves as before. */
@Timeout(120)
class SmallHeapTest {
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 60;
    /** Not a whole line yet, and less than a line may have. */
    private static final int UNFINISHED = 900_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Echoes lines; tells of each failure but the first ones only in a word. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var server = Server.tcp("127.0.0.1", 0).transport(Transports.named(arguments[0])).observer(new ServerObserver() {
                @Override
                public void failed(Connection c, Throwable failure) {
                    if (failure instanceof OutOfMemoryError) {
                        System.out.println("out of memory");
                    }
                }

                @Override
                public void acceptFailed(Server failing, IOException failure) {
                    System.out.println("could not accept");
                }
            }).open(c -> {
                for (var line : c.lines()) {
                    c.send(line + "\n");
                }
            }).start();
            System.out.println("listening on " + server.address());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void aServerServesAgainWhenThereIsMemoryAgain(String transport) throws Exception {
        assumeTrue(Transports.named(transport).unavailable().isEmpty(), "SKIPPED: no " + transport + " here");
        try (var child = ChildJava.running(List.of("-Xmx20m"), Program.class, transport)) {
            var address = Address.parse(child.awaitLine("listening on "));
            for (int round = 0; round < ROUNDS; round++) {
                var clients = new ArrayList<Connection>();
                for (int i = 0; i < CLIENTS; i++) {
                    fill(address, clients);
                }
                if (round == 0) {
                    child.awaitLine("out of memory");
                }
                clients.forEach(Connection::abort);
                Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> serves(address));
            }
            assertThat(child.isAlive()).isTrue();
        }
    }

    private static void fill(Address address, List<Connection> clients) {
        try {
            var c = Connection.to(address).deadlines(Deadlines.defaults().connect(PATIENCE).write(Duration.ofSeconds(2))).open();
            clients.add(c);
            c.send(new byte[UNFINISHED]);
        } catch (IOException e) {
            // It has no memory for this one.
        }
    }

    private static boolean serves(Address address) throws IOException {
        try (var c = Connection.to(address).deadlines(Deadlines.defaults().read(PATIENCE)).open()) {
            c.send("hello\n");
            return c.readLine().equals("hello");
        }
    }
}
