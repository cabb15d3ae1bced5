package dev.weft.chat;

import java.io.BufferedReader;
import java.io.Flushable;
import java.io.IOException;
import java.util.List;

import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * The prompt {@code >>>} of the chat's server and client (SPEC CH-8, CH-11): {@code quit}, or the end of the input, stops and leaves. Where the
 * wire is lines, threads and clients are listed when {@code /threads} and {@code /who} ask for them; on the original's wire, after every line.
 *
 * <p>Reads and writes on the calling thread; the reader and the output remain their owner's.
 */
public final class ChatConsole {
    private static final String PROMPT = ">>>";
    private static final String THREADS = "/threads";
    private static final String WHO = "/who";

    private final BufferedReader in;
    private final Appendable out;

    /** On any input and output; the output is flushed where it can be. */
    public ChatConsole(BufferedReader in, Appendable out) {
        this.in = in;
        this.out = out;
    }

    /** Asks for lines and takes each ({@link #take(ChatServer, String)}), until one stops the server or the input ends, which stops it too. */
    public void run(ChatServer server) throws IOException {
        try (server) {
            for (var line = ask(); line != null && take(server, line); line = ask()) {
                // and so on
            }
        }
    }

    /** Asks for lines and takes each ({@link #take(ChatClient, String)}), until one stops the client or the input ends, which stops it too. */
    public void run(ChatClient client) throws IOException {
        try (client) {
            for (var line = ask(); line != null && take(client, line); line = ask()) {
                // and so on
            }
        }
    }

    /**
     * Does what one line asks of a server, for programs that read the lines themselves. Exactly {@code quit} asks for its end, which is the
     * caller's to bring about. {@code /threads} lists how many threads the server runs, then each on a line; {@code /who} the clients'
     * addresses on one line. On the original's wire any other line lists both.
     *
     * @return false when the line asked for the end
     */
    public boolean take(ChatServer server, String line) throws IOException {
        if (line.equals("quit")) {
            return false;
        }
        var all = server.options().wire().unit() == ChatWire.Unit.READ;
        var command = line.strip();
        if (all || command.equals(THREADS)) {
            list(server.threads());
        }
        if (all || command.equals(WHO)) {
            say(SafeText.oneLine(server.clients().toString()));
        }
        if (!all && !command.isEmpty() && !command.equals(THREADS) && !command.equals(WHO)) {
            say("quit stops the server, " + THREADS + " lists its threads, " + WHO + " its clients");
        }
        return true;
    }

    /**
     * Does what one line asks of a client, without the space around it, for programs that read the lines themselves. {@code quit} asks for its end,
     * which is the caller's to bring about. {@code /threads} lists the client's threads. Any other line is sent; when it could not be, it says why.
     * On the original's wire every line is sent, and the threads are listed after each.
     *
     * @return false when the line asked for the end
     */
    public boolean take(ChatClient client, String line) throws IOException {
        var text = line.strip();
        if (text.equals("quit")) {
            return false;
        }
        var always = client.options().wire().unit() == ChatWire.Unit.READ;
        var asked = !always && text.equals(THREADS);
        try {
            if (!asked) {
                client.send(text);
            }
            if (always || asked) {
                list(client.threads());
            }
        } catch (IOException | IllegalArgumentException e) {
            say(SafeText.oneLine("not sent: " + e.getMessage()));
        }
        return true;
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
