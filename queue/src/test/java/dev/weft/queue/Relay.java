package dev.weft.queue;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;

/** Stands between two links, and cuts their connections where a test wants them cut. */
final class Relay implements AutoCloseable {
    private static final int AT_ONCE = 8 * 1024;
    private static final int EARLY = 300;

    private final Acceptor acceptor;
    private final ConnectionBuilder onward;
    private final Supplier<Cut> cuts;
    private final Thread accepting;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicLong forth = new AtomicLong();
    private final AtomicLong back = new AtomicLong();

    /**
     * What happens to a connection.
     *
     * @param forth whether the bytes of the caller are counted, or those of the one who is called
     * @param after how many of them pass; none for ever if it is negative
     * @param abrupt whether the connection is reset, or ends
     */
    record Cut(boolean forth, long after, boolean abrupt) {
        static final Cut NONE = new Cut(true, -1, false);

        /** As the seed says, mostly early; where only acknowledgements go there are few bytes to cut. */
        static Supplier<Cut> random(long seed, boolean messagesForth, boolean messagesBack) {
            var random = new Random(seed);
            return () -> {
                var forth = random.nextBoolean();
                var kind = random.nextInt(20);
                var most = kind < 12 || !(forth ? messagesForth : messagesBack) ? EARLY : kind < 19 ? 5_000 : NumberedStream.LONGEST;
                return new Cut(forth, random.nextInt(most), random.nextBoolean());
            };
        }
    }

    /** Begins to relay; each connection meets the next of the cuts. */
    Relay(Acceptor acceptor, ConnectionBuilder onward, Supplier<Cut> cuts) {
        this.acceptor = acceptor;
        this.onward = onward;
        this.cuts = cuts;
        accepting = Thread.ofVirtual().name("test-relay").start(this::accept);
    }

    Address address() {
        return acceptor.address();
    }

    /** How many connections it has cut. */
    int cuts() {
        return done.get();
    }

    /** How many bytes have passed from callers. */
    long forth() {
        return forth.get();
    }

    /** How many bytes have passed to callers. */
    long back() {
        return back.get();
    }

    private void accept() {
        try {
            while (true) {
                var caller = acceptor.accept();
                var cut = cuts.get();
                Connection called;
                try {
                    called = onward.open();
                } catch (IOException e) {
                    caller.abort();
                    continue;
                }
                var link = new Joined(caller, called, cut);
                if (cut.after == 0) {
                    link.cut();
                } else {
                    Thread.ofVirtual().name("test-forth").start(() -> link.move(caller, called, cut.forth ? cut.after : -1, forth));
                    Thread.ofVirtual().name("test-back").start(() -> link.move(called, caller, cut.forth ? -1 : cut.after, back));
                }
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private final class Joined {
        private final Connection caller;
        private final Connection called;
        private final Cut cut;
        private final AtomicInteger ended = new AtomicInteger();

        Joined(Connection caller, Connection called, Cut cut) {
            this.caller = caller;
            this.called = called;
            this.cut = cut;
        }

        void move(Connection from, Connection to, long most, AtomicLong count) {
            try {
                for (var left = most; left != 0;) {
                    var bytes = from.receive(left < 0 ? AT_ONCE : (int) Math.min(AT_ONCE, left));
                    if (bytes.length == 0) {
                        to.shutdownOutput();
                        if (ended.incrementAndGet() == 2) {
                            caller.close();
                            called.close();
                        }
                        return;
                    }
                    to.send(bytes);
                    count.addAndGet(bytes.length);
                    left = left < 0 ? left : left - bytes.length;
                }
                cut();
            } catch (IOException e) {
                caller.abort();
                called.abort();
            }
        }

        void cut() {
            done.incrementAndGet();
            if (cut.abrupt) {
                caller.abort();
                called.abort();
            } else {
                caller.close();
                called.close();
            }
        }
    }

    @Override
    public void close() {
        acceptor.close();
        LinkThreads.joinWithoutFail(accepting);
    }
}
