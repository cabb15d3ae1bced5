package dev.weft.workers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;

/** What tests of worker processes share: servers that use them, clients, and a look at the processes themselves. */
final class Workforce {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static volatile List<String> options = List.of("-Xmx64m");

    private Workforce() {}

    /** Keeps what the server's observer was told. */
    static final class Failures implements ServerObserver {
        private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        @Override
        public void failed(Connection c, Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void failed(Datagram d, Throwable failure) {
            failures.add(failure);
        }

        Throwable next() throws InterruptedException {
            var failure = failures.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (failure == null) {
                throw new AssertionError("the observer was told of no failure");
            }
            return failure;
        }

        List<Throwable> all() {
            return List.copyOf(failures);
        }
    }

    /** The options of all workers from now on. Small ones, as tests need no more. */
    static void options(String... ofWorkers) {
        options = List.of(ofWorkers);
    }

    static Concurrency.Processes workers(int n) {
        return Concurrency.processes(n).spare(1).jvmOptions(options.toArray(String[]::new));
    }

    static Connection connect(Server server) throws IOException {
        return Connection.to(server.address()).deadlines(Deadlines.none().read(PATIENCE)).open();
    }

    /** One line, one answer, one connection. */
    static String ask(Server server, String order) throws IOException {
        try (var c = connect(server)) {
            return ask(c, order);
        }
    }

    static String ask(Connection c, String order) throws IOException {
        c.send(order + "\n");
        return c.readLine();
    }

    static long pid(Connection c) throws IOException {
        return Long.parseLong(ask(c, "pid"));
    }

    /** Waits until a process is gone. */
    static void awaitGone(long pid) {
        await("process " + pid + " to end").atMost(PATIENCE).until(() -> ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true));
    }

    /** The children of this process that have ended and were not waited for: proc(5). */
    static List<String> zombies() throws IOException {
        try (var all = Files.list(Path.of("/proc"))) {
            return all.filter(p -> p.getFileName().toString().chars().allMatch(Character::isDigit)).map(Workforce::stat)
                    .filter(stat -> stat.matches("(?s).*\\) Z " + ProcessHandle.current().pid() + " .*")).toList();
        }
    }

    private static String stat(Path process) {
        try {
            return Files.readString(process.resolve("stat"));
        } catch (IOException e) {
            return ""; // it is gone
        }
    }
}
