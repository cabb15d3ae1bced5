package dev.weft.testkit;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import org.junit.jupiter.api.function.Executable;

/**
 * Any transport with a bad network under it: connections come in fragments, late, broken or silent, as {@link Faults} says and a seed decides.
 *
 * {@snippet :
 * FaultyTransport.around(Transports.named("memory"), Faults.none().fragmenting().resetting(0.01)).check(faulty -> {
 *     try (var server = Server.at(Address.memory("test")).transport(faulty).open(handler).start()) {
 *         ...
 *     }
 * });
 * }
 *
 * <p>The n-th connection accepted, and the n-th dialed, under one seed meet the same faults for the same sequence of reads and of writes;
 * each direction of each has its random stream, so threads don't disturb one another. A reset is abrupt, as by {@link StreamChannel#abort};
 * its message names the seed. Delays and stalls hold back without blocking, and end for a wake, an abort and a close, as the transport's
 * contract demands: deadlines work through them. Datagrams pass untouched. For any number of threads.
 */
public final class FaultyTransport extends ForwardingTransport {
    /** Replays one seed in a test that chooses its seeds at random: {@code -Dweft.faults.seed=42}. */
    private static final String PROPERTY = "weft.faults.seed";

    /** A test of a faulty transport. */
    @FunctionalInterface
    public interface Check {
        /** The test. */
        void with(FaultyTransport faulty) throws Throwable;
    }

    private final Transport inner;
    private final Faults faults;
    private final long seed;
    private final TimeSource time;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong dialed = new AtomicLong();

    private FaultyTransport(Transport inner, Faults faults, long seed, TimeSource time) {
        super(inner);
        this.inner = inner;
        this.faults = faults;
        this.seed = seed;
        this.time = time;
    }

    /** With a seed of the system property {@code weft.faults.seed}, or else a random one, which {@link #check} and every reset report. */
    public static FaultyTransport around(Transport inner, Faults faults) {
        return around(inner, faults, Long.getLong(PROPERTY, ThreadLocalRandom.current().nextLong()));
    }

    /** With this seed. */
    public static FaultyTransport around(Transport inner, Faults faults, long seed) {
        return new FaultyTransport(inner, faults, seed, TimeSource.system());
    }

    /** The same from its first connection on, with delays on this clock. */
    public FaultyTransport time(TimeSource time) {
        return new FaultyTransport(inner, faults, seed, time);
    }

    /** What decides. */
    public long seed() {
        return seed;
    }

    /** What goes wrong. */
    public Faults faults() {
        return faults;
    }

    /** Runs a test; when it fails, the failure says how to replay it. */
    public void check(Check test) throws Throwable {
        replayable(() -> test.with(this));
    }

    void replayable(Executable test) throws Throwable {
        try {
            test.execute();
        } catch (Throwable t) {
            t.addSuppressed(new Replay(this + "; the same faults again: -D" + PROPERTY + "=" + seed));
            throw t;
        }
    }

    /** Not a failure, a note beside one. */
    private static final class Replay extends Exception {
        private static final long serialVersionUID = 1L;

        Replay(String how) {
            super(how, null, false, false);
        }
    }

    @Override
    public String name() {
        return "faulty-" + inner.name();
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        return new FaultyListener(inner.listen(address, settings));
    }

    @Override
    public StreamChannel connect(Address remote, SocketSettings settings) throws IOException {
        return faulty(inner.connect(remote, settings), "dialed", dialed.incrementAndGet());
    }

    @Override
    public String toString() {
        return name() + " with " + faults + ", seed " + seed;
    }

    private StreamChannel faulty(StreamChannel channel, String role, long number) {
        var side = seed * 31 + role.hashCode();
        var own = side + number * 0x9e3779b97f4a7c15L; // SplittableRandom's own step: neighbours share nothing
        return new FaultyStream(channel, new FaultPlan(faults, own), new FaultPlan(faults, ~own), faults, time,
                "seed " + seed + ", " + role + " connection " + number);
    }

    /** A listener whose connections are faulty. */
    private final class FaultyListener extends ForwardingListener {
        FaultyListener(ListenerChannel listener) {
            super(listener);
        }

        @Override
        public Optional<StreamChannel> accept() throws IOException {
            return super.accept().map(channel -> faulty(channel, "accepted", accepted.incrementAndGet()));
        }
    }
}
