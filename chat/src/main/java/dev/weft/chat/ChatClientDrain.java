package dev.weft.chat;

import java.time.Duration;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** How a chat client is ended. Once for each client; for any thread. */
final class ChatClientDrain {
    private static final DrainReport NOTHING = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    private final ChatLink link;
    private final Life life;
    private final TimeSource time;
    private final long born;
    private boolean ran;
    private volatile boolean drains;
    private volatile @Nullable DrainReport report;

    ChatClientDrain(ChatLink link, TimeSource time) {
        this.link = link;
        this.time = time;
        life = link.life();
        born = time.nanoTime();
    }

    /**
     * The first one wins.
     *
     * @param recv the client's thread; null before it has one
     * @param own whether that thread has nothing else to do, and so ends
     */
    DrainReport drain(Duration limit, @Nullable Thread recv, boolean own) {
        Moments.checkLimit("drain", limit);
        var inside = link.isOnThisThread();
        if (life.beginDrain(() -> {
            ran = life.is(LifeState.RUNNING);
            drains = !inside;
        })) {
            if (inside) {
                closeHere();
            } else {
                report = ran && recv != null ? run(limit, recv, own) : NOTHING;
                life.end();
                life.changed().signal();
            }
        } else if (!inside) {
            life.changed().await(() -> life.is(LifeState.ENDED) && (!drains || report != null), Moments.NEVER);
        }
        var last = report;
        return last == null ? NOTHING : last;
    }

    /** In a consumer, on the client's own thread: it closes, and the thread ends when the consumer has returned. */
    private void closeHere() {
        var last = link.take();
        if (last != null) {
            link.close(last);
        }
    }

    private DrainReport run(Duration limit, Thread recv, boolean own) {
        var began = time.nanoTime();
        var last = link.take();
        if (last == null) { // it dials or pauses, where there is nothing to finish
            recv.interrupt();
            awaitEnd(Moments.in(time, ChatClient.LAST_CALL), recv, own);
            return new DrainReport(Moments.since(time, began), 0, 0, 0, List.of());
        }
        var stragglers = List.<DrainReport.Straggler>of();
        var aborted = 0;
        ChatLink.endOutput(last);
        if (!awaitEnd(Moments.limit(time, limit), recv, own)) {
            stragglers = List.of(straggler(last, recv));
            recv.interrupt();
            link.close(last);
            if (!awaitEnd(Moments.in(time, ChatClient.LAST_CALL), recv, own)) {
                aborted = 1;
                last.abort();
            }
        }
        link.close(last);
        var interrupted = stragglers.size() - aborted;
        return new DrainReport(Moments.since(time, began), 1 - stragglers.size(), interrupted, aborted, stragglers);
    }

    /** Waits for the client's end and, after that, until its own thread is gone. */
    private boolean awaitEnd(long moment, Thread recv, boolean own) {
        if (!life.awaitEnd(moment)) {
            return false;
        }
        try {
            if (own) {
                recv.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private DrainReport.Straggler straggler(Connection c, Thread recv) {
        Address remote = c.remote();
        return new DrainReport.Straggler(remote, recv.getName(), Moments.since(time, born), List.of(recv.getStackTrace()));
    }
}
