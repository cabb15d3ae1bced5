package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections of peers that connect: one port, open as long as the link is (SPEC SL-20, SL-BUG-6).
 *
 * <p>A link has one connection, its holder; other peers wait in the system's backlog. A holder that has never said a word, though its wire has it
 * speak, may be a stranger. While that is so, others are accepted beside it, and the first of them that says something takes its place.
 */
final class LinkListener implements Connector {
    /** How many peers that say nothing are kept beside a holder that says nothing; another one takes the place of the oldest. */
    static final int MOST_CALLERS = 16;
    /** How long a caller that has spoken waits: what the holder has said may have come, and not be read yet. */
    private static final Duration GRACE = Duration.ofMillis(250);
    /** Between two attempts to accept: where the system has no descriptor left, some may be free in a moment. */
    private static final Backoff PAUSES = Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(1));

    private final Acceptor acceptor;
    private final TimeSource time;
    /** In the order in which they came. */
    @GuardedBy("this")
    private final ArrayDeque<Caller> callers = new ArrayDeque<>();
    /** The connection that has the place and may lose it. */
    @GuardedBy("this")
    private @Nullable Connection holder;
    @GuardedBy("this")
    private @Nullable Connection winner;
    /** Accepts beside a holder; until it has ended no other thread may accept. */
    @GuardedBy("this")
    private @Nullable Thread beside;
    @GuardedBy("this")
    private boolean closed;

    LinkListener(Acceptor acceptor, TimeSource time) {
        this.acceptor = acceptor;
        this.time = time;
    }

    @Override
    public Address address() {
        return acceptor.address();
    }

    @Override
    public Connection next(Consumer<IOException> failed) throws InterruptedException {
        var caller = caller();
        if (caller.isPresent()) {
            return caller.get().take();
        }
        for (int n = 1;; n++) {
            try {
                return acceptor.accept();
            } catch (InterruptedIOException e) {
                throw interrupted(e);
            } catch (IOException e) {
                failed.accept(e);
                time.sleep(PAUSES.pause(n).orElseThrow());
            }
        }
    }

    /** The next of those that are accepted already: one that has spoken, or else the first; none when the acceptor is free. */
    private synchronized Optional<Caller> caller() throws InterruptedException {
        holder = null;
        while (callers.isEmpty() && beside != null) {
            wait();
        }
        var next = callers.stream().filter(Caller::hasSpoken).findFirst().or(() -> Optional.ofNullable(callers.peekFirst()));
        next.ifPresent(callers::remove);
        return next;
    }

    @Override
    public synchronized void contest(Connection holder, LinkThreads threads) {
        this.holder = holder;
        winner = null;
        if (beside == null && !closed) {
            beside = threads.unstarted("-beside", () -> acceptBeside(threads));
            beside.start();
        }
    }

    @Override
    public synchronized Optional<Address> winner() {
        return Optional.ofNullable(winner).map(Connection::remote);
    }

    private void acceptBeside(LinkThreads threads) {
        try {
            for (int n = 1;;) {
                try {
                    if (!add(new Caller(acceptor.accept(), threads, this::spoke, this::gone))) {
                        return;
                    }
                    n = 1;
                } catch (InterruptedIOException e) {
                    return;
                } catch (IOException e) {
                    if (isClosed()) {
                        return;
                    }
                    time.sleep(PAUSES.pause(n++).orElseThrow());
                }
            }
        } catch (InterruptedException e) {
            // The link is over.
        } finally {
            synchronized (this) {
                beside = null;
                notifyAll();
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** False when no more are to be accepted. */
    private boolean add(Caller caller) {
        var dropped = Optional.<Caller>empty();
        boolean more;
        synchronized (this) {
            if (closed) {
                dropped = Optional.of(caller);
            } else {
                callers.addLast(caller);
                notifyAll();
                caller.listen();
                if (callers.size() > MOST_CALLERS) {
                    dropped = callers.stream().filter(c -> !c.hasSpoken()).findFirst();
                    dropped.ifPresent(callers::remove);
                }
            }
            more = !closed && holder != null && holder.bytesIn() == 0 && callers.size() <= MOST_CALLERS;
        }
        dropped.ifPresent(Caller::drop);
        return more;
    }

    private void spoke(Caller caller) {
        var silent = silentHolder(caller);
        if (silent == null) {
            return;
        }
        try {
            time.sleep(GRACE);
        } catch (InterruptedException e) {
            return; // it is to be served, or the link is over
        }
        synchronized (this) {
            if (silentHolder(caller) != silent) {
                return;
            }
            holder = null;
            winner = caller.connection();
        }
        silent.abort();
    }

    /** The holder whose place this caller may have. */
    private synchronized @Nullable Connection silentHolder(Caller caller) {
        var now = holder;
        return now == null || now.bytesIn() > 0 || !callers.contains(caller) ? null : now;
    }

    private void gone(Caller caller) {
        boolean ours;
        synchronized (this) {
            ours = callers.remove(caller);
        }
        if (ours) {
            caller.connection().close();
        }
    }

    private static InterruptedException interrupted(InterruptedIOException e) {
        var interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public void close() {
        List<Caller> left;
        Thread accepting;
        synchronized (this) {
            closed = true; // first: that its acceptor is closed is no failure
            left = List.copyOf(callers);
            callers.clear();
            accepting = beside;
        }
        acceptor.close();
        left.forEach(Caller::drop);
        if (accepting != null) {
            LinkThreads.end(accepting);
        }
    }
}
