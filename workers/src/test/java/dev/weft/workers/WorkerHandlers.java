package dev.weft.workers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.DatagramRequestHandler;
import dev.weft.net.Handler;
import dev.weft.net.Rehearsable;
import dev.weft.net.Server;

/** Handlers for worker processes, which do as a line of text tells them. */
final class WorkerHandlers {
    private static final AtomicInteger REHEARSALS = new AtomicInteger();
    private static final List<byte[]> FILLING = new ArrayList<>();

    private WorkerHandlers() {}

    /** Its process's number, which tells the test where it ran. */
    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static String answer(String order) throws IOException {
        var words = order.split(" ", -1);
        return switch (words[0]) {
            case "exit" -> {
                System.exit(Integer.parseInt(words[1]));
                yield "never";
            }
            case "fill" -> {
                while (true) {
                    FILLING.add(new byte[1 << 20]);
                }
            }
            case "hold" -> {
                hold(Integer.parseInt(words[1]));
                yield pid() + " held";
            }
            case "mutter" -> {
                System.err.print(words[1].replace('|', '\n'));
                System.err.flush();
                yield "said";
            }
            case "throw" -> throw new IllegalStateException("as told", new IOException("its cause"));
            case "property" -> System.getProperty(words[1], "none");
            case "rehearsals" -> String.valueOf(REHEARSALS.get());
            case "server" -> Server.current().name() + " " + Server.current().address();
            default -> String.valueOf(pid());
        };
    }

    /** Tells its process's number to whoever listens at this port, and goes on when that one has closed the connection. */
    private static void hold(int port) throws IOException {
        try (var c = Connection.to(Address.of("127.0.0.1", port)).open()) {
            c.send(pid() + "\n");
            c.receive(1);
        }
    }

    /** Does what line after line tells, until it drains. */
    public static final class Obedient implements Handler {
        @Override
        public void handle(Connection c) throws IOException {
            while (c.awaitMessage()) {
                var order = c.readLine();
                switch (order) {
                    case "spin" -> {
                        c.send(pid() + "\n");
                        while (true) {
                            Thread.onSpinWait();
                        }
                    }
                    case "read" -> {
                        c.send(pid() + "\n");
                        try {
                            c.receive(1);
                        } catch (InterruptedIOException e) {
                            c.send("interrupted\n");
                            throw e;
                        }
                    }
                    case "lines" -> {
                        c.send(pid() + "\n");
                        c.lines().forEach(line -> {});
                    }
                    case "peer" -> c.send(c.remote() + " " + c.local() + "\n");
                    case "abort" -> c.abort();
                    case "virtual" -> virtual(c);
                    default -> c.send(answer(order) + "\n");
                }
            }
            if (c.draining() && c.remote().kind() == Address.Kind.INET) {
                c.send("goodbye\n"); // a Unix socket fails at once when its peer has gone meanwhile
            }
        }

        /** A handler's own virtual threads may read and write too. */
        private static void virtual(Connection c) throws IOException {
            var reader = Thread.startVirtualThread(() -> {
                try {
                    c.send("virtual " + c.readLine() + "\n");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try {
                reader.join();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    /** Sends back all that it gets, to the end. */
    public static final class Echo implements Handler {
        @Override
        public void handle(Connection c) throws IOException {
            c.input().transferTo(c.output());
        }
    }

    /** Wants to be warm. */
    public static final class Warm implements Handler, Rehearsable {
        @Override
        public void rehearse() {
            REHEARSALS.incrementAndGet();
        }

        @Override
        public void handle(Connection c) throws IOException {
            c.send(answer(c.readLine()) + "\n");
        }
    }

    /** Does what a datagram tells. */
    public static final class ObedientPackets implements DatagramHandler {
        @Override
        public void handle(Datagram d) throws IOException {
            d.reply(d.text().startsWith("truncated") ? d.truncated() + " " + d.data().length : answer(d.text()));
        }
    }

    /** Answers at the end, whatever happens (SPEC SS-46, SS-47). */
    public static final class Packets extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            output().write(("got " + datagram().text()).getBytes());
        }
    }
}
