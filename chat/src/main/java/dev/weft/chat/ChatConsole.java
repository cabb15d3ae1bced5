package dev.weft.chat;

import java.io.BufferedReader;
import java.io.Flushable;
import java.io.IOException;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The prompt {@code >>>} of the chat's server and client (SPEC CH-8, CH-11): {@code quit}, or the end of the input, stops and leaves.
 *
 * <p>Reads and writes on the calling thread; the reader and the output remain their owner's.
 */
public final class ChatConsole {
    private static final String PROMPT = ">>>";

    private final BufferedReader in;
    private final Appendable out;

    /** On any input and output; the output is flushed where it can be. */
    public ChatConsole(BufferedReader in, Appendable out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Exactly {@code quit} stops the server and returns when it has ended. Any other line lists how many threads the server runs, each of
     * them on a line, and the clients' addresses on one.
     */
    public void run(ChatServer server) throws IOException {
        try (server) {
            for (var line = ask(); line != null && !line.equals("quit"); line = ask()) {
                list(server.threads());
                say(server.clients().toString());
            }
        }
    }

    /**
     * The line without the space around it: {@code quit} stops the client and returns; any other is sent, then the client's threads are
     * listed. When it could not be sent, it says why instead, and goes on.
     */
    public void run(ChatClient client) throws IOException {
        try (client) {
            for (var line = ask(); line != null && !line.strip().equals("quit"); line = ask()) {
                try {
                    client.send(line.strip());
                    list(client.threads());
                } catch (IOException | IllegalArgumentException e) {
                    say("not sent: " + e.getMessage());
                }
            }
        }
    }

    private @Nullable String ask() throws IOException {
        out.append(PROMPT);
        if (out instanceof Flushable f) {
            f.flush();
        }
        return in.readLine();
    }

    private void list(List<Thread> threads) throws IOException {
        say(Integer.toString(threads.size()));
        for (var thread : threads) {
            say(thread.getName() + " #" + thread.threadId() + (thread.isVirtual() ? " virtual " : " platform ") + thread.getState());
        }
    }

    private void say(String line) throws IOException {
        out.append(line).append(System.lineSeparator());
        if (out instanceof Flushable f) {
            f.flush();
        }
    }
}
