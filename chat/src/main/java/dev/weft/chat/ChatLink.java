package dev.weft.chat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.weft.chat.ChatClient.State;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Frames;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Redialer;
import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/** The client's connection through its losses: the work of the thread "recv", and what others may ask of it meanwhile. */
final class ChatLink implements Runnable {
    /** A connection by which something came makes the pauses short again when it stood so long: a server that greets and closes gets its rest. */
    private static final Duration SETTLED = Duration.ofSeconds(5);
    static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** A connection that stands. */
    private record Up(Connection connection, Frames<String> spoken) {}

    private final Address server;
    private final ChatClient.Options options;
    /** For the thread "recv" alone, as is the next one. */
    private final Redialer redialer = new Redialer(SETTLED, TimeSource.system());
    private boolean hasHeard;
    private State state = State.NEW;
    private boolean stopping;
    private @Nullable Up up;
    private @Nullable Thread recv;
    private String trouble = "not tried yet";

    ChatLink(Address server, ChatClient.Options options) {
        this.server = server;
        this.options = options;
    }

    Address server() {
        return server;
    }

    synchronized State state() {
        return state;
    }

    synchronized void begin() {
        if (state != State.NEW || stopping) {
            throw new IllegalStateException("start on a chat client that is " + state + ", not NEW: " + server);
        }
        state = State.CONNECTING;
    }

    @Override
    public void run() {
        synchronized (this) {
            recv = Thread.currentThread();
        }
        tell(options.watching(), State.CONNECTING);
        try {
            stayConnected();
        } catch (InterruptedException e) {
            // stop() does that: the thread ends here.
        } finally {
            become(State.STOPPED);
        }
    }

    private void stayConnected() throws InterruptedException {
        while (true) {
            connectOnce();
            if (stopping()) {
                return;
            }
            var pause = redialer.pause(options.backoff());
            if (pause.isEmpty()) {
                ChatLog.LOG.log(Level.ERROR, () -> "gave up on " + server + " after failure " + redialer.tries() + ": " + trouble());
                return;
            }
            if (redialer.tries() == 1) {
                ChatLog.LOG.log(Level.WARNING, () -> trouble() + "; trying again until it works or is stopped");
            }
            pause(pause.get());
        }
    }

    /** One connection from its making to its loss. */
    private void connectOnce() {
        Connection c;
        try {
            c = Connection.to(server).deadlines(options.effectiveDeadlines()).open();
        } catch (IOException e) {
            failed(e);
            return;
        }
        redialer.connected();
        hasHeard = false;
        try {
            converse(c);
        } catch (IOException e) {
            failed(e);
        } finally {
            redialer.lost(hasHeard);
            closeSoon(c);
        }
    }

    private void converse(Connection c) throws IOException {
        var spoken = c.frames(options.wire().spoken());
        if (!options.greeting().isEmpty()) {
            spoken.write(options.greeting());
        }
        if (!standing(new Up(c, spoken))) {
            return;
        }
        try {
            var heard = c.frames(options.wire().heard());
            while (true) {
                var text = heard.read();
                hasHeard = true;
                tell(options.heard(), SafeText.shown(text));
            }
        } finally {
            if (!stopping()) {
                become(State.RECONNECTING);
            }
        }
    }

    /** The connection is for all to use; false when nobody wants it any more. */
    private boolean standing(Up now) {
        synchronized (this) {
            if (stopping) {
                return false;
            }
            up = now;
            state = State.CONNECTED;
            notifyAll();
        }
        tell(options.watching(), State.CONNECTED);
        return true;
    }

    private void become(State next) {
        synchronized (this) {
            up = null;
            state = next;
            notifyAll();
        }
        tell(options.watching(), next);
    }

    private synchronized void failed(IOException e) {
        trouble = e instanceof EOFException ? server + " has ended the connection" : String.valueOf(e.getMessage());
    }

    private synchronized String trouble() {
        return trouble;
    }

    private synchronized boolean stopping() {
        return stopping;
    }

    private synchronized void pause(Duration d) throws InterruptedException {
        var end = System.nanoTime() + d.toNanos();
        for (var left = d.toNanos(); left > 0 && !stopping; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** What an option's owner wrote must not end the chat. */
    private static <T> void tell(Consumer<T> consumer, T what) {
        try {
            consumer.accept(what);
        } catch (RuntimeException e) {
            ChatLog.LOG.log(Level.ERROR, () -> "a consumer of the chat client threw at " + what, e);
        }
    }

    void send(String text, Duration limit) throws IOException {
        awaitUp(limit).spoken().write(text);
    }

    private synchronized Up awaitUp(Duration limit) throws IOException {
        if (state == State.NEW) {
            throw new IllegalStateException("send on a chat client that was not started: " + server);
        }
        // The thread that makes connections can't wait for one.
        var end = System.nanoTime() + (Thread.currentThread() == recv ? 0 : limit.toNanos());
        while (true) {
            if (stopping || state == State.STOPPED) {
                throw new SocketException("the chat client of " + server + (stopping ? " was stopped" : " has given up: " + trouble));
            }
            if (up != null) {
                return up;
            }
            if (end - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("no connection to " + server + " within " + limit.toMillis() + " ms: " + trouble);
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (InterruptedIOException) new InterruptedIOException("interrupted while waiting for " + server).initCause(e);
            }
        }
    }

    synchronized boolean awaitConnected(Duration limit) throws InterruptedException {
        var end = System.nanoTime() + limit.toNanos();
        while (up == null && !stopping && state != State.STOPPED && end - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
        }
        return up != null;
    }

    /** From here on nobody connects, sends or waits; the connection that stood, if one did, is for the caller to end. */
    Optional<Connection> stop() {
        @Nullable Up last;
        synchronized (this) {
            stopping = true;
            last = up;
            up = null;
            if (state == State.NEW) {
                state = State.STOPPED;
            }
            notifyAll();
        }
        return Optional.ofNullable(last).map(Up::connection);
    }

    /** Says that no more will come, behind what is being sent: the server then ends its half, and nothing is lost or reset. */
    static void endOutput(Connection c) {
        Thread.ofVirtual().name("chat-end").start(() -> {
            try {
                c.shutdownOutput();
            } catch (IOException e) {
                // It is gone already.
            }
        });
    }

    /** Closes once what stands before that is sent, and hard when the server does not take it. */
    static void closeSoon(Connection c) {
        var closing = Thread.ofVirtual().name("chat-close").start(c::close);
        try {
            if (!closing.join(LAST_WORDS)) {
                c.abort();
            }
        } catch (InterruptedException e) {
            c.abort();
            Thread.currentThread().interrupt();
        }
    }
}
