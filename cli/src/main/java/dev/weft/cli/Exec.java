package dev.weft.cli;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.support.SafeText;

/**
 * One process per connection, through {@code /bin/sh -c}: what inetd does. Its standard error is ours.
 *
 * @param command for the shell
 * @param idle how long both directions may be silent; zero is for ever
 */
record Exec(String command, Duration idle) implements Service, Handler {
    @Override
    public String name() {
        return "exec";
    }

    @Override
    public Service inWorkers() {
        throw new IllegalArgumentException("--exec has a process for each connection already: leave out --concurrency processes:N");
    }

    @Override
    public Server open(Server.Builder server) throws IOException {
        return server.open(this);
    }

    @Override
    public Server open(Server.DatagramBuilder server) {
        throw new IllegalArgumentException("--exec serves connections, not datagrams: use --tcp or --unix");
    }

    @Override
    public void handle(Connection c) throws Exception {
        // Silence is judged over both directions, by the pipe.
        c.deadlines(c.deadlines().idle(Duration.ZERO));
        var builder = new ProcessBuilder("/bin/sh", "-c", command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("WEFT_LOCAL", SafeText.oneLine(c.local().toString()));
        builder.environment().put("WEFT_REMOTE", SafeText.oneLine(c.remote().toString()));
        try (var pipe = new ProcessPipe(c, builder.start())) {
            pipe.pump(idle);
        }
    }
}
