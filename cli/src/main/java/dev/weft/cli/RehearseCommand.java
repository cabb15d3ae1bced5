package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;

/**
 * {@code weft rehearse}: what the launcher trains the AOT cache with. It starts servers by the very path of {@code serve} and {@code chat},
 * talks to them over loopback, prints nothing and ends by itself.
 *
 * <p>Not {@code message}: what is rehearsed is linked ahead of time, lambdas with all that they touch, and then loaded at the start of
 * every command (JEP 483).
 */
final class RehearseCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("rehearse", "Start each server once and talk to it, to train the AOT cache.", true,
            List.of(),
            List.of(Syntax.DEBUG), List.of());
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A client's part. */
    @FunctionalInterface
    private interface Talk {
        void with(Address server) throws IOException;
    }

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        play(RehearseCommand::overTcp, terminal, "serve", "echo", "--tcp", "127.0.0.1:0", "--concurrency", "virtual", "--idle-timeout",
                "30s");
        play(RehearseCommand::overUdp, terminal, "serve", "echo", "--udp", "127.0.0.1:0");
        play(RehearseCommand::overTcp, terminal, "chat", "--port", "0");
        return ExitCode.OK;
    }

    /** Runs a command on a thread of its own, has its server talked to, and ends it with an interrupt. */
    private static void play(Talk talk, Terminal terminal, String... line) throws Exception {
        try (var ready = new PipedInputStream();
                var out = new PrintStream(new PipedOutputStream(ready), true, StandardCharsets.UTF_8);
                var none = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            var quiet = new Terminal(InputStream.nullInputStream(), out, none, terminal.charset(), false, terminal.debug());
            var server = Thread.ofPlatform().daemon().name("rehearsal").start(() -> Main.run(quiet, line));
            try {
                talk.with(address(ready));
            } finally {
                server.interrupt();
                server.join(PATIENCE);
            }
        }
    }

    private static Address address(InputStream ready) throws IOException {
        var line = new BufferedReader(new InputStreamReader(ready, StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new IOException("no server came up");
        }
        return Address.parse(line.substring(line.indexOf("//") + 2, line.indexOf(" (")));
    }

    private static void overTcp(Address server) throws IOException {
        try (var c = Connection.to(server).open()) {
            for (int i = 0; i < 20; i++) {
                c.send("rehearsal\n");
                c.readLine();
            }
        }
    }

    private static void overUdp(Address server) throws IOException {
        try (var client = Datagrams.udp(Address.of("127.0.0.1", 0))) {
            for (int i = 0; i < 20; i++) {
                client.send("rehearsal", server);
                client.receive(PATIENCE);
            }
        }
    }
}
