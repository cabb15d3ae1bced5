package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that are servers or clients of messages, and are asked to end. */
@Timeout(120)
class MessageExitTest {
    private static final int SIGTERM = 15;

    /** A server whose hook ends when it is told to, by another message. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] arguments) throws IOException {
            var go = new CountDownLatch(1);
            new Messages().on("go", (m, p) -> go.countDown()).onParallel("slow", (m, p) -> {
                System.out.println("begun");
                go.await();
                p.send(m.reply("slow", "done"));
            }).serve(Server.tcp("localhost", 0).grace(Duration.ofSeconds(20)).observer(new ServerObserver() {
                @Override
                public void opened(Server server) {
                    System.out.println("at " + server.address());
                }
            }));
            System.out.println("served");
        }
    }

    /** A client that lives until its server ends, or it is asked to. */
    static final class Staying {
        private Staying() {}

        public static void main(String[] arguments) throws IOException {
            var stuck = new CountDownLatch(1);
            var messages = new Messages().onParallel("stick", (m, p) -> {
                System.out.println("stuck");
                while (stuck.getCount() > 0) {
                    try {
                        stuck.await();
                    } catch (InterruptedException e) {
                        System.out.println("interrupted");
                    }
                }
            });
            var peer = messages.open(Connection.to(Address.parse(arguments[0]))).drainOnExit(Duration.ofMillis(Long.parseLong(arguments[1])));
            System.out.println("up");
            peer.join();
        }
    }

    private static Process run(Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String awaitLine(BufferedReader printed, String beginning) throws IOException {
        String line;
        do {
            line = printed.readLine();
            assertThat(line).as(beginning).isNotNull();
        } while (!line.startsWith(beginning));
        return line.substring(beginning.length());
    }

    private static void terminate(Process process) throws IOException {
        var ignored = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream().filter(l -> l.startsWith("SigIgn:"))
                .anyMatch(l -> (Long.parseUnsignedLong(l.substring("SigIgn:".length()).trim(), 16) >> (SIGTERM - 1) & 1) == 1);
        assumeFalse(ignored, "started with SIGTERM ignored");
        process.toHandle().destroy();
    }

    private static int exit(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void aServerLetsItsHooksFinishAndExitsWithZero() throws Exception {
        var process = run(Serving.class);
        try (var printed = process.inputReader(); var peer = new Messages().open(Connection.to(Address.parse(awaitLine(printed, "at "))))) {
            var reply = new FutureTask<>(() -> peer.request("slow", "", Ends.SOON).text());
            Thread.ofVirtual().start(reply);
            awaitLine(printed, "begun");
            terminate(process);
            peer.send("go", "");
            assertThat(reply.get()).isEqualTo("done");
            awaitLine(printed, "served");
            assertThat(exit(process)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aClientThatIsAskedToEndClosesAndExitsWithZero() throws Exception {
        try (var ends = new Ends(Place.NIO)) {
            var server = ends.serve(new Messages().observer(Observed.close(p -> ends.heard.add("closed"))));
            var process = run(Staying.class, server.address().toString(), "20000");
            try (var printed = process.inputReader()) {
                awaitLine(printed, "up");
                terminate(process);
                assertThat(ends.next()).isEqualTo("closed");
                assertThat(exit(process)).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void aClientWhoseHooksDoNotReturnSaysSoByItsExitCode() throws Exception {
        try (var ends = new Ends(Place.NIO)) {
            var client = new CompletableFuture<Peer>();
            var server = ends.serve(new Messages().observer(Observed.open(client::complete)));
            var process = run(Staying.class, server.address().toString(), "50");
            try (var printed = process.inputReader()) {
                awaitLine(printed, "up");
                client.get(10, TimeUnit.SECONDS).send("stick", "");
                awaitLine(printed, "stuck");
                terminate(process);
                assertThat(exit(process)).isEqualTo(128 + SIGTERM);
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
