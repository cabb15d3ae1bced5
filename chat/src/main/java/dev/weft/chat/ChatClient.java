package dev.weft.chat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Deadlines;
import org.jspecify.annotations.Nullable;

/**
 * A client of the chat that stays in: it connects, says hello, hands over what it hears, and connects again when the server is gone
 * (SPEC CH-11).
 *
 * <pre>{@code
 * try (var client = new ChatClient("localhost", 9999)) {
 *     client.start();
 *     client.send("good morning");
 * }
 * }</pre>
 *
 * <p>A connection that is refused or lost is tried again after the pauses of a {@link Backoff}, jittered, and the first try after a loss
 * waits too: a thousand clients must not come back as one. A connection that stood for five seconds and brought something, or for a minute,
 * starts the pauses anew. On every
 * connection, the first and each later one, the greeting is the first thing said, as to the server each of them is somebody new.
 *
 * <p>It lives once: started, then stopped. All methods are for any thread; the consumers of its options are called on the thread "recv".
 */
public final class ChatClient implements AutoCloseable {
    /** Where a client is in its life. */
    public enum State {
        /** Not started. */
        NEW,
        /** Trying to connect for the first time. */
        CONNECTING,
        /** In the chat: the connection stands, the greeting is sent. */
        CONNECTED,
        /** The connection was lost; trying again. */
        RECONNECTING,
        /** Ended, by {@link ChatClient#stop} or because the backoff gave up. */
        STOPPED
    }

    private final Options options;
    private final ChatLink link;
    private @Nullable Thread recv;

    /** Of a server at localhost (127.0.0.1), port 9999, as the original. */
    public ChatClient() {
        this("localhost", ChatServer.DEFAULT_PORT);
    }

    /** Of a server at an address; with the original's behaviour but for its charset, which is the server's (SPEC CH-BUG-5). */
    public ChatClient(String rip, int rport) {
        this(Address.of(rip, rport), Options.defaults());
    }

    /** Of a server at any address, memory and Unix sockets included. */
    public ChatClient(Address server, Options options) {
        this.options = options;
        link = new ChatLink(server, options);
    }

    /**
     * Starts the thread "recv", which connects, and returns this client at once, whether a server is there or not.
     *
     * @throws IllegalStateException when it was started or stopped before
     */
    public synchronized ChatClient start() {
        link.begin();
        recv = Thread.ofPlatform().name("recv").start(link);
        return this;
    }

    /**
     * Says something. While there is no connection it waits for one, as long as {@link Options#sendWithin} says (5 s by default); so it may
     * be called right after start. A text in lines must be one line; an empty text in classic mode sends nothing.
     *
     * <p>When it throws, the text may not have arrived, and is not sent again by itself.
     *
     * @throws java.net.SocketTimeoutException when no connection stood in time, naming the server and the last failure
     * @throws java.net.SocketException when the client was stopped, or the connection broke
     * @throws IllegalArgumentException when the text has a line end or is over the wire's limit, in lines
     * @throws IllegalStateException before start
     */
    public void send(String text) throws IOException {
        link.send(text, options.sendWithin());
    }

    /**
     * Waits until the connection stands.
     *
     * @return false when it did not in time, or the client was stopped
     */
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return link.awaitConnected(limit);
    }

    /**
     * Waits until it is stopped, or has given up.
     *
     * @throws IllegalStateException before start
     */
    public void awaitStop() throws InterruptedException {
        Thread thread;
        synchronized (this) {
            if (recv == null) {
                throw new IllegalStateException("the chat client was not started: " + link.server());
            }
            thread = recv;
        }
        thread.join();
    }

    /** Where it is in its life. */
    public State state() {
        return link.state();
    }

    /** The server it talks to. */
    public Address server() {
        return link.server();
    }

    /** As it was made. */
    public Options options() {
        return options;
    }

    /** The thread it runs, "recv"; none before start and after stop. */
    public synchronized List<Thread> threads() {
        return recv == null || !recv.isAlive() ? List.of() : List.of(recv);
    }

    /**
     * Ends it: what was sent leaves first, and what the server still says is heard until it ends its half too, for one second at most; then
     * the connection is closed and the thread "recv" ended, by an interrupt if need be. Who waits in send is told at once. Returns after
     * four seconds at most, even when a consumer hangs; from inside a consumer it closes at once and does not wait for itself. Idempotent.
     */
    public void stop() {
        var last = link.stop();
        @Nullable Thread thread;
        synchronized (this) {
            thread = recv;
        }
        try {
            if (thread != null && thread != Thread.currentThread()) {
                last.ifPresent(ChatLink::endOutput);
                if (last.isEmpty() || !thread.join(ChatLink.LAST_WORDS)) {
                    last.ifPresent(ChatLink::closeSoon);
                    thread.interrupt();
                    thread.join(ChatLink.LAST_WORDS.multipliedBy(2));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            last.ifPresent(ChatLink::closeSoon);
        }
    }

    /** Short for {@link #stop}. */
    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "chat client of " + link.server() + ", " + link.state();
    }

    /**
     * How a chat client behaves. Immutable.
     *
     * @param wire charset and unit, which must be the server's; default {@link ChatWire#classic()}
     * @param greeting what it says on each connection, nothing when empty; default "say hello", as the original
     * @param backoff the pauses between tries, and when to give up; default from 100 ms, doubled up to 10 s, for ever
     * @param deadlines of each connection; default {@link Deadlines#defaults}. An {@code idle} ends a connection on which nothing came
     * @param sendWithin how long {@link ChatClient#send} waits for a connection; default 5 s, zero never waits
     * @param heard gets what comes, one line, or in classic mode what one read brings; control characters are made harmless, but for tab and
     *        LF. It must return before more is read. What it throws is logged. Default: logs it at INFO, as the original
     * @param watching gets each new state; default: logs it at INFO
     */
    public record Options(ChatWire wire, String greeting, Backoff backoff, Deadlines deadlines, Duration sendWithin, Consumer<String> heard,
            Consumer<State> watching) {
        /** The original's behaviour, with reconnection. */
        public static Options defaults() {
            return new Options(ChatWire.classic(), "say hello", Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)),
                    Deadlines.defaults(), Duration.ofSeconds(5), text -> ChatLog.LOG.log(Level.INFO, text::stripTrailing),
                    state -> ChatLog.LOG.log(Level.INFO, () -> "chat client: " + state));
        }

        /** Charset and unit. */
        public Options wire(ChatWire wire) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        /** What it says on each connection; nothing when empty. */
        public Options greeting(String greeting) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        /** The pauses between tries. */
        public Options backoff(Backoff backoff) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        /** Of each connection. */
        public Options deadlines(Deadlines deadlines) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        /** How long send waits for a connection. */
        public Options sendWithin(Duration limit) {
            return new Options(wire, greeting, backoff, deadlines, limit, heard, watching);
        }

        /** Who gets what comes. */
        public Options heard(Consumer<String> heard) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        /** Who gets each new state. */
        public Options watching(Consumer<State> watching) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, heard, watching);
        }

        Deadlines effectiveDeadlines() {
            return wire.effective(deadlines);
        }
    }
}
