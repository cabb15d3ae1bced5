package dev.weft.chat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Deadlines;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.Moments;
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
 * starts the pauses anew. On every connection, the first and each later one, the greeting is sent first: to the server each is a new client.
 *
 * <p>It lives once: started, then drained or closed. All methods are for any thread; the consumers of its options and its observer are called on the
 * thread "recv".
 */
public final class ChatClient implements AutoCloseable {
    /** What the thread "recv" gets once it was interrupted, and the server for what was sent before a close. */
    static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final Options options;
    private final ChatLink link;
    private final ChatClientDrain drain;
    @GuardedBy("this")
    private @Nullable Thread recv;
    /** Whether that thread runs this client and nothing else. */
    @GuardedBy("this")
    private boolean own;

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
        drain = new ChatClientDrain(link, options.time());
    }

    /**
     * Starts the thread "recv", which connects, and returns this client at once, whether a server is there or not. The thread keeps the JVM alive.
     *
     * @throws IllegalStateException when it was started or ended before
     */
    public synchronized ChatClient start() {
        var thread = Thread.ofPlatform().name("recv").unstarted(link);
        link.life().begin("start");
        recv = thread;
        own = true;
        thread.start();
        return this;
    }

    /**
     * Connects and hears on this thread, in place of the thread "recv", until the client has ended. Meanwhile it drains for the grace when the
     * process is asked to exit, unless {@link #drainOnExit} says otherwise. An interrupt of this thread ends it.
     *
     * @throws IllegalStateException when it was started or ended before
     */
    public void run() {
        var life = link.life();
        synchronized (this) {
            life.begin("run");
            recv = Thread.currentThread();
        }
        var takeBack = life.drainOnExitUnlessInstalled(() -> exitHook(options.grace(), report -> {}, Thread.currentThread()));
        try {
            link.run();
        } finally {
            takeBack.run();
        }
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
     * @param limit zero means no limit
     * @return false when it did not in time, or the client ends
     */
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        Moments.checkLimit("awaitConnected", limit);
        return link.awaitConnected(limit);
    }

    /**
     * Waits until it has ended. An interrupt of this thread ends the wait, and stays set. Not to be called by its own consumers.
     *
     * @throws java.io.UncheckedIOException when its backoff gave up
     */
    public void join() {
        link.life().join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        return link.life().join(limit);
    }

    /** Where it is in its life; RUNNING from its start on, whether it is {@linkplain #connected connected} or tries to be. */
    public LifeState state() {
        return link.life().state();
    }

    /** Whether it is in the chat now: the connection stands, the greeting is sent. */
    public boolean connected() {
        return link.isConnected();
    }

    /** Its counters, now. */
    public ChatClientStats stats() {
        return link.stats();
    }

    /** The server it talks to. */
    public Address server() {
        return link.server();
    }

    /** As it was made. */
    public Options options() {
        return options;
    }

    /** The thread it runs, "recv"; none before start and at the end. */
    public synchronized List<Thread> threads() {
        return recv == null || state() == LifeState.ENDED ? List.of() : List.of(recv);
    }

    /**
     * Ends it: what was sent leaves first, and what the server still says is heard until it ends its half too, until the limit; then the thread
     * "recv" is interrupted and the connection closed, and a second later dropped. A thread that waits in send is told at once. ENDED when this
     * returns, at most three seconds after the limit, even when a consumer hangs.
     *
     * <p>The first drain wins: a later one, or a close, waits for it and returns its report. In a consumer it closes at once and does not wait.
     *
     * @param limit zero means no limit
     * @return counts the conversation with the server, if there is one: whether it ended by itself, by the interrupt, or not even then
     */
    public DrainReport drain(Duration limit) {
        @Nullable Thread thread;
        boolean ends;
        synchronized (this) {
            thread = recv;
            ends = own;
        }
        return drain.drain(limit, thread, ends);
    }

    /** Drains for the grace of its options, 1 s by default. Idempotent. */
    @Override
    public void close() {
        drain(options.grace());
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, without a look at the report. */
    public ChatClient drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    /** Drains when the process is asked to exit (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. The last call counts. */
    public ChatClient drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        link.life().drainOnExit(() -> exitHook(limit, show, null));
        return this;
    }

    private Runnable exitHook(Duration limit, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        return ExitHook.draining("chat-client-exit", () -> drain(limit), show, caller);
    }

    @Override
    public String toString() {
        return "chat client of " + link.server() + ", " + state() + (connected() ? ", connected" : "");
    }

    /**
     * How a chat client behaves. Immutable.
     *
     * @param wire charset and unit, which must be the server's; default {@link ChatWire#classic()}
     * @param greeting what it says on each connection, nothing when empty; default "say hello", as the original
     * @param backoff the pauses between tries, and when to give up; default from 100 ms, doubled up to 10 s, for ever
     * @param deadlines of each connection; default {@link Deadlines#defaults}. An {@code idle} ends a connection on which nothing came
     * @param sendWithin how long {@link ChatClient#send} waits for a connection; default 5 s, zero means no limit
     * @param grace how long {@link ChatClient#close} hears the server out; default 1 s, zero means no limit
     * @param time the clock of pauses and deadlines; default the machine's
     * @param heard gets what comes, one line, or in classic mode what one read brings; control characters are made harmless, but for tab and
     *        LF. It must return before more is read. What it throws is logged. Default: logs it at INFO, as the original
     * @param observer is told when the client is connected, has lost its connection, and has ended; default: logs it at INFO
     */
    public record Options(ChatWire wire, String greeting, Backoff backoff, Deadlines deadlines, Duration sendWithin, Duration grace, TimeSource time,
            Consumer<String> heard, ChatClientObserver observer) {
        /** Refuses negative durations. */
        public Options {
            Moments.checkLimit("sendWithin", sendWithin);
            Moments.checkLimit("grace", grace);
        }

        /** The original's behaviour, with reconnection. */
        public static Options defaults() {
            return new Options(ChatWire.classic(), "say hello", Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)),
                    Deadlines.defaults(), Duration.ofSeconds(5), Duration.ofSeconds(1), TimeSource.system(),
                    text -> ChatLog.LOG.log(Level.INFO, text::stripTrailing), new ChatClientObserver() {});
        }

        /** Charset and unit. */
        public Options wire(ChatWire wire) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** What it says on each connection; nothing when empty. */
        public Options greeting(String greeting) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** The pauses between tries. */
        public Options backoff(Backoff backoff) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** Of each connection. */
        public Options deadlines(Deadlines deadlines) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** How long send waits for a connection. */
        public Options sendWithin(Duration sendWithin) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** How long close hears the server out. */
        public Options grace(Duration grace) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** The clock of pauses and deadlines. */
        public Options time(TimeSource time) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** Gets what comes. */
        public Options heard(Consumer<String> heard) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        /** Is told what becomes of the connection. */
        public Options observer(ChatClientObserver observer) {
            return new Options(wire, greeting, backoff, deadlines, sendWithin, grace, time, heard, observer);
        }

        Deadlines effectiveDeadlines() {
            return wire.effective(deadlines);
        }
    }
}
