package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs that are told to end (SIGTERM) while they are at work. */
final class ExitChild {
    private static final Duration LONG = Duration.ofSeconds(30);

    private ExitChild() {}

    static Process start(Class<?> program, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Xmx64m", "-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** From a receiver through a service to a sender; the service works when it is told to, a line for each message. */
    static final class Relaying {
        private Relaying() {}

        public static void main(String[] args) throws Exception {
            var delivery = Delivery.valueOf(args[0]);
            var told = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            var in = Link.listen(dev.weft.net.Server.tcp("127.0.0.1", 0)).asText().delivery(delivery).receiver().drainOnExit(LONG).start();
            var out = Link.connect("127.0.0.1", Integer.parseInt(args[1])).asText().delivery(delivery).sender().drainOnExit(LONG).start();
            Services.map("work", in.received(), out.toSend(), (String message) -> {
                System.out.println("begins " + message);
                told.readLine();
                return "done " + message;
            }).drainOnExit(LONG).start();
            System.out.println("port " + in.address().port());
            in.join();
        }
    }

    /** Has much to send, and nobody to send it to. */
    static final class Sending {
        private Sending() {}

        public static void main(String[] args) throws Exception {
            var limit = Duration.ofMillis(Long.parseLong(args[2]));
            var out = Link.connect("127.0.0.1", Integer.parseInt(args[1])).asText().delivery(Delivery.valueOf(args[0]))
                    .reconnect(dev.weft.net.Backoff.fixed(Duration.ofMillis(20))).sender().drainOnExit(limit).start();
            for (int n = 0; n < 100; n++) {
                out.send("message " + n);
            }
            System.out.println("ready");
            out.join();
        }
    }

    /** A loop that asks whether it is to end, behind a service that has messages of its own. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] args) throws Exception {
            var numbers = Services.<String, String>map("numbers", word -> word + "!");
            var printer = Services.sink("printer", numbers.out(), System.out::println);
            var loop = Services.<String, String>loop("loop", self -> {
                System.out.println("ready");
                while (!self.stopping()) {
                    Thread.onSpinWait();
                }
                System.out.println("loop is over");
            });
            var both = numbers.then(printer).drainOnExit(LONG).start();
            loop.drainOnExit(LONG).start();
            numbers.in().put("hello");
            both.join();
        }
    }
}
