package dev.weft.bench;

import java.io.InterruptedIOException;

import dev.weft.net.spi.Readiness;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to hand an event from a poller to the thread that waits for it. */
@State(Scope.Thread)
public class ReadinessBenchmark {
    private static final int ROUNDS = 1_000;

    private final Readiness readiness = new Readiness(false);

    /** An event for which nobody waits, taken by the next operation, which drains it: no thread parks. */
    @Benchmark
    public boolean signalThenTake() throws InterruptedIOException {
        readiness.signal();
        return take(readiness);
    }

    /** There and back between two virtual threads, each parking and unparking once; per round trip. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void virtualRoundTrip() throws InterruptedException {
        roundTrips(Thread.ofVirtual());
    }

    /** As {@link #virtualRoundTrip} between two platform threads: what parking in the kernel costs. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public void platformRoundTrip() throws InterruptedException {
        roundTrips(Thread.ofPlatform());
    }

    private static void roundTrips(Thread.Builder threads) throws InterruptedException {
        var there = new Readiness(false);
        var back = new Readiness(false);
        var partner = threads.start(() -> bounce(there, back));
        var starter = threads.start(() -> {
            there.signal();
            bounce(back, there);
        });
        starter.join();
        partner.join();
    }

    private static void bounce(Readiness from, Readiness to) {
        try {
            for (int i = 0; i < ROUNDS; i++) {
                take(from);
                to.signal();
            }
        } catch (InterruptedIOException e) {
            throw new IllegalStateException(e); // nobody interrupts
        }
    }

    private static boolean take(Readiness readiness) throws InterruptedIOException {
        readiness.await();
        readiness.drained(readiness.stamp());
        return readiness.ready();
    }
}
