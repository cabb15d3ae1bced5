package dev.weft.cli;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.DatagramBuilder;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/** One process per connection, through {@code /bin/sh -c}: what inetd does. Its standard error is ours. */
final class Exec implements Serveable, Handler {
    /** So many at once unless the command line says otherwise: a process is dearer than a connection. */
    static final int MOST = 100;
    /** Descriptors of one: the socket, and two pipes. */
    private static final int EACH = 3;
    /** For the server's own, and what is loaded later. */
    private static final int ASIDE = 16;

    private final String command;
    private final Duration idle;
    private final Spawner spawner = new Spawner();
    private @Nullable Watchdog watchdog;

    /** With a command for the shell, and how long both directions may be silent; zero is for ever. */
    Exec(String command, Duration idle) {
        this.command = command;
        this.idle = idle;
    }

    @Override
    public String name() {
        return "exec";
    }

    /** No more than there are descriptors for: connections that wait for their process must not keep it from having any. */
    @Override
    public int most(int asked) {
        var room = Spawner.descriptorsLeft().orElse(Integer.MAX_VALUE) - Spawner.ROOM - ASIDE;
        return Math.clamp(room / EACH, 1, asked == 0 ? MOST : asked);
    }

    @Override
    public Serveable inWorkers() {
        throw new IllegalArgumentException("--exec has a process for each connection already: leave out --concurrency processes:N");
    }

    @Override
    public Server open(StreamBuilder server) throws IOException {
        var opened = server.open(this);
        try {
            watchdog = Watchdog.open(spawner);
            return opened;
        } catch (IOException e) {
            opened.close();
            close();
            throw e;
        }
    }

    @Override
    public Server open(DatagramBuilder server) {
        throw new IllegalArgumentException("--exec serves connections, not datagrams: use --tcp or --unix");
    }

    @Override
    public void close() throws IOException {
        if (watchdog != null) {
            watchdog.close();
        }
        spawner.close();
    }

    @Override
    public void handle(Connection c) throws Exception {
        // Silence is judged over both directions, by the pipe.
        c.deadlines(c.deadlines().idle(Duration.ZERO));
        var builder = new ProcessBuilder("/bin/sh", "-c", command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("WEFT_LOCAL", SafeText.oneLine(c.local().toString()));
        builder.environment().put("WEFT_REMOTE", SafeText.oneLine(c.remote().toString()));
        try {
            var process = spawner.start(builder);
            try (var pipe = new ProcessPipe(c, process)) {
                watch(process, true);
                pipe.pump(idle);
            } finally {
                watch(process, false);
            }
        } catch (Exception | Error e) {
            c.abort(); // an answer that was cut short must not look like a whole one
            throw e;
        }
    }

    private void watch(Process process, boolean on) throws IOException {
        var dog = watchdog;
        if (dog != null && on) {
            dog.watch(process);
        } else if (dog != null) {
            dog.forget(process);
        }
    }
}
