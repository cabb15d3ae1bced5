package dev.weft.cli;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.message.Message;
import dev.weft.message.Messages;
import dev.weft.message.Peer;
import dev.weft.message.RetriesExhaustedException;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;

/** The client behind {@code weft message send} and {@code request}. */
final class MessageClient {
    /** No reply in time, as timeout(1) says it. */
    static final int TIMEOUT = 124;

    /** How long a request may take unless told. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** How long the server may take to take what was sent, and to close. */
    private static final Duration LAST = Duration.ofSeconds(2);

    private final Messages messages = new Messages().retries(Backoff.never());
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Address server;
    private final MessageType type;
    private final Arguments arguments;
    private final Terminal terminal;

    private MessageClient(Arguments arguments, Terminal terminal) {
        this.arguments = arguments;
        this.terminal = terminal;
        server = arguments.parameter(0, "ADDRESS", MessageClient::address);
        type = arguments.parameter(1, "TYPE", text -> MessageType.read(text, arguments.has("--type-number")));
        if (arguments.has("--file") && arguments.parameter(2).isPresent()) {
            throw arguments.wrong("--file takes the place of TEXT");
        }
        messages.observer(new QuietMessages() {
            @Override
            public void closed(Peer peer) {
                ended.countDown();
            }
        });
    }

    /** Sends, and shows what comes. */
    static int send(Arguments arguments, Terminal terminal) throws IOException, InterruptedException {
        var client = new MessageClient(arguments, terminal);
        var id = arguments.value("--id", MessageType::id).orElse(0L);
        var wait = arguments.value("--wait", Durations::parse);
        wait.ifPresent(_ -> client.show());
        var message = client.message().id(id);
        try (var peer = client.connect(Optional.empty())) {
            peer.send(message);
            client.finish(peer, wait);
        }
        return ExitCode.OK;
    }

    /** Sends, and prints the reply. */
    static int request(Arguments arguments, Terminal terminal) throws IOException {
        var client = new MessageClient(arguments, terminal);
        var timeout = arguments.value("--timeout", Durations::parse).orElse(PATIENCE);
        var message = client.message();
        try (var peer = client.connect(Optional.of(timeout))) {
            client.print(client.reply(peer, message, timeout));
            return ExitCode.OK;
        } catch (SocketTimeoutException e) {
            terminal.error(FailureText.sentence(e));
            return TIMEOUT;
        }
    }

    private static Address address(String text) {
        var address = Endpoint.parse(text);
        if (address.kind() == Address.Kind.MEMORY) {
            throw new IllegalArgumentException("not of another process: '" + text + "' (HOST:PORT, unix:PATH)");
        }
        return address;
    }

    private Message message() throws IOException {
        return Message.of(type.number(), data());
    }

    private byte[] data() throws IOException {
        var file = arguments.text("--file");
        if (file.isPresent()) {
            try {
                return Files.readAllBytes(Path.of(file.get()));
            } catch (NoSuchFileException e) {
                throw new IOException("no such file: " + e.getMessage(), e);
            }
        }
        var text = arguments.parameter(2).orElse("");
        return text.equals("-") ? terminal.in().readAllBytes() : text.getBytes(StandardCharsets.UTF_8);
    }

    private void show() {
        var lines = new MessageLines(arguments);
        lines.know(type);
        messages.before((m, _) -> terminal.say(lines.line(m)));
    }

    private Peer connect(Optional<Duration> timeout) throws IOException {
        var where = Connection.to(server);
        timeout.ifPresent(t -> where.deadlines(Deadlines.defaults().connect(t)));
        try {
            return messages.open(where);
        } catch (RetriesExhaustedException e) {
            throw e.getCause() instanceof IOException cause ? cause : e;
        }
    }

    /** Waits for more, or else until the server has taken what was sent: it closes when it has seen the end. */
    private void finish(Peer peer, Optional<Duration> wait) throws IOException, InterruptedException {
        if (wait.isEmpty()) {
            try {
                peer.connection().shutdownOutput();
            } catch (SocketException e) {
                // It has closed by itself.
            }
        }
        ended.await(wait.orElse(LAST).toNanos(), TimeUnit.NANOSECONDS);
    }

    private Message reply(Peer peer, Message message, Duration timeout) throws IOException {
        try {
            return peer.request(message, timeout);
        } catch (SocketTimeoutException e) {
            throw new SocketTimeoutException("no reply to '" + type.text() + "' from " + server + " in " + timeout.toMillis() + " ms");
        } catch (IOException e) {
            var cause = e.getCause() instanceof IOException reason ? reason : e;
            throw new IOException("no reply to '" + type.text() + "': " + cause.getMessage(), e);
        }
    }

    private void print(Message reply) throws IOException {
        if (arguments.has("--raw")) {
            terminal.out().write(reply.data());
            terminal.out().flush();
        } else {
            terminal.sayLines(reply.text());
        }
    }
}
