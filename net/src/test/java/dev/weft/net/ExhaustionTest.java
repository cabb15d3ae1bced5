package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server without descriptors left pauses, says so, keeps serving those it has, and serves on when some leave: accept(2), EMFILE. */
@Timeout(120)
class ExhaustionTest {
    private static final int DESCRIPTORS = 64;
    private static final int CLIENTS = 100;

    @TempDir
    Path folder;

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
            System.out.println("listening on " + server.address());
        }
    }

    @Test
    void itPausesReportsAndServesOnWhenOthersHaveLeft() throws Exception {
        try (var child = ChildJvm.withDescriptors(DESCRIPTORS, folder, Program.class)) {
            var address = Address.parse(child.awaitLine("listening on "));
            var clients = new ArrayList<Connection>();
            BlockingQueue<Connection> welcomed = new LinkedBlockingQueue<>();
            try {
                // All of them connect, as the kernel's queue has room; only some are accepted.
                for (int i = 0; i < CLIENTS; i++) {
                    var c = Connection.to(address).open();
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
                var began = System.nanoTime();
                assertThat(child.awaitLine("could not accept: ")).contains("Too many open files");
                child.awaitLine("could not accept: ");

                var inside = new ArrayList<Connection>();
                welcomed.drainTo(inside);
                assertThat(inside).hasSizeBetween(1, DESCRIPTORS);
                assertEchoes(inside.getFirst());
                assertThat(child.isAlive()).isTrue();

                // Everybody gets his turn as those before him leave.
                for (var c : inside) {
                    assertEchoes(c);
                    c.close();
                }
                for (int served = inside.size(); served < CLIENTS; served++) {
                    var c = welcomed.poll(30, TimeUnit.SECONDS);
                    assertThat(c).as("client %d", served).isNotNull();
                    assertEchoes(c);
                    c.close();
                }
                var elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertThat(child.rest().stream().filter(l -> l.startsWith("could not")).count()).as("one report a pause")
                        .isLessThan(10 + elapsed / 50);
            } finally {
                clients.forEach(Connection::abort);
            }
        }
    }

    private static void assertEchoes(Connection c) throws IOException {
        c.send("still there?\n");
        assertThat(c.readLine()).isEqualTo("still there?");
    }
}
