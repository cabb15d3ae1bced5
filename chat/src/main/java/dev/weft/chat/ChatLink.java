package dev.weft.chat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Frames;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import dev.weft.net.support.Redialer;
import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/** A chat client's connection through its losses: the work of the thread "recv", and what other threads may ask of it meanwhile. */
final class ChatLink implements Runnable {
    /** A connection by which something came makes the pauses short again when it stood so long: a server that greets and closes gets its rest. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    /** A connection that stands. */
    private record Up(Connection connection, Frames<String> spoken) {}

    private final Address server;
    private final ChatClient.Options options;
    private final TimeSource time;
    private final Life life;
    /** For the thread "recv" alone, as is the next one. */
    private final Redialer redialer;
    private boolean hasHeard;
    private volatile @Nullable Up up;
    private volatile @Nullable Thread recv;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong heard = new AtomicLong();
    private volatile String trouble = "not tried yet";

    ChatLink(Address server, ChatClient.Options options) {
        this.server = server;
        this.options = options;
        time = options.time();
        redialer = new Redialer(SETTLED, time);
        life = new Life(() -> "chat client of " + server, time, failure -> {}); // it has no tasks for its end
    }

    Address server() {
        return server;
    }

    Life life() {
        return life;
    }

    /** Whether the calling thread is the one that runs this. */
    boolean isOnThisThread() {
        return Thread.currentThread() == recv;
    }

    /** Connects, hears, and connects again, until it was told to end or its backoff gives up. The life must have begun. */
    @Override
    public void run() {
        recv = Thread.currentThread();
        try {
            stayConnected();
        } catch (InterruptedException e) {
            if (!life.isEnding()) {
                Thread.currentThread().interrupt(); // not our drain's: the thread's owner wants to know of it
            }
        } catch (RuntimeException | Error e) {
            life.fail(e);
            throw e;
        } finally {
            up = null;
            life.beginDrain();
            tell("ended", () -> options.observer().ended(server));
            life.end();
        }
    }

    private void stayConnected() throws InterruptedException {
        while (true) {
            connectOnce();
            if (life.isEnding()) {
                return;
            }
            var pause = redialer.pause(options.backoff());
            if (pause.isEmpty()) {
                var gaveUp = "gave up on " + server + " after failure " + redialer.tries() + ": " + trouble;
                ChatLog.LOG.log(Level.ERROR, () -> gaveUp);
                life.fail(new IOException(gaveUp));
                return;
            }
            if (redialer.tries() == 1) {
                ChatLog.LOG.log(Level.WARNING, () -> trouble + "; trying again until it works or is stopped");
            }
            if (pause.get().isPositive()) {
                life.changed().waitFor(life::isEnding, Moments.in(time, pause.get()));
            }
        }
    }

    /** One connection from its making to its loss. */
    private void connectOnce() throws InterruptedException {
        Connection c;
        try {
            c = Connection.to(server).deadlines(options.effectiveDeadlines()).time(time).open();
        } catch (IOException e) {
            throwIfInterrupt(e);
            failed(e);
            return;
        }
        redialer.connected();
        hasHeard = false;
        try {
            converse(c);
        } catch (IOException e) {
            throwIfInterrupt(e);
            failed(e);
        } finally {
            redialer.lost(hasHeard);
            close(c);
        }
    }

    private static void throwIfInterrupt(IOException e) throws InterruptedException {
        if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
            throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
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
            var texts = c.frames(options.wire().heard());
            while (true) {
                var text = texts.read();
                hasHeard = true;
                heard.incrementAndGet();
                var shown = SafeText.shown(text);
                tell(shown, () -> options.heard().accept(shown));
            }
        } catch (IOException e) {
            failed(e);
            throw e;
        } finally {
            up = null;
            if (!life.isEnding()) {
                tell("lost", () -> options.observer().lost(server, trouble));
            }
        }
    }

    /** The connection is for all to use; false when it is not wanted any more. */
    private boolean standing(Up next) {
        var taken = life.unlessEnding(() -> {
            up = next;
            return next;
        });
        if (taken == null) {
            return false;
        }
        connections.incrementAndGet();
        life.changed().signal();
        tell("connected", () -> options.observer().connected(server));
        return true;
    }

    private void failed(IOException e) {
        trouble = e instanceof EOFException ? server + " has ended the connection" : String.valueOf(e.getMessage());
    }

    /** What an option's owner wrote must not end the chat. */
    private static void tell(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            ChatLog.LOG.log(Level.ERROR, () -> "a consumer of the chat client threw at " + what, e);
        }
    }

    boolean isConnected() {
        return up != null;
    }

    void send(String text, Duration limit) throws IOException {
        awaitUp(limit).spoken().write(text);
        sent.incrementAndGet();
    }

    ChatClientStats stats() {
        return new ChatClientStats(connections.get(), sent.get(), heard.get());
    }

    private Up awaitUp(Duration limit) throws IOException {
        if (life.is(LifeState.NEW)) {
            throw new IllegalStateException("send: the chat client of " + server + " was not started");
        }
        if (up == null && !isOnThisThread()) { // the thread that makes connections can't wait for one
            try {
                awaitConnected(limit);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (InterruptedIOException) new InterruptedIOException("interrupted while waiting for " + server).initCause(e);
            }
        }
        var there = up;
        if (life.isEnding()) {
            var gaveUp = life.failure().isPresent();
            throw new SocketException("the chat client of " + server + (gaveUp ? " has given up: " + trouble : " was stopped"));
        }
        if (there == null) {
            throw new SocketTimeoutException("no connection to " + server + " within " + limit.toMillis() + " ms: " + trouble);
        }
        return there;
    }

    /** Zero means no limit. False when no connection stood in time, or the client ends. */
    boolean awaitConnected(Duration limit) throws InterruptedException {
        life.changed().waitFor(() -> up != null || life.isEnding(), Moments.limit(time, limit));
        return up != null;
    }

    /** The connection that stands, for a drain to end; none from here on. */
    @Nullable
    Connection take() {
        var last = up;
        up = null;
        return last == null ? null : last.connection();
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

    /** Closes once what stands before that is sent, and hard when the server has not taken it after a second. */
    void close(Connection c) {
        var abort = time.schedule(ChatClient.LAST_CALL, c::abort);
        try {
            c.close();
        } finally {
            abort.cancel();
        }
    }
}
