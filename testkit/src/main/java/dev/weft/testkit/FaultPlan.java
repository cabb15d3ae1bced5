package dev.weft.testkit;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What will go wrong in one direction of one connection: a random stream of its own, from which every operation takes its fate.
 *
 * <p>A fate is kept until an operation has moved bytes under it: how often a reader finds nothing depends on the machine's mood, and must
 * not shift the decisions that follow.
 */
final class FaultPlan {
    /** The fate of one operation. */
    record Fate(Duration delay, boolean reset, boolean stall, boolean single, double share) {
        /** How many bytes of so many this operation may move. */
        int cut(int length, Faults faults) {
            if (!faults.fragmented() || length <= 1) {
                return length;
            }
            var most = Math.min(length, faults.longest());
            return single ? 1 : 1 + (int) (share * most);
        }
    }

    private final Faults faults;
    private final SplittableRandom random;
    private Fate fate;
    private long operations;

    FaultPlan(Faults faults, long seed) {
        this.faults = faults;
        random = new SplittableRandom(seed);
        fate = draw();
    }

    /** What awaits the operation that comes next. */
    Fate fate() {
        return fate;
    }

    /** How many have moved bytes. */
    long operations() {
        return operations;
    }

    /** It has moved bytes. */
    void done() {
        operations++;
        fate = draw();
    }

    /** It has been held back: the rest of its fate remains. */
    void served() {
        fate = new Fate(Duration.ZERO, fate.reset, fate.stall, fate.single, fate.share);
    }

    /** Always the same number of draws, so that one kind of fault does not shift the others. */
    private Fate draw() {
        var delayed = random.nextDouble() < faults.delayed();
        var delay = (long) (random.nextDouble() * faults.delay().toNanos());
        var reset = random.nextDouble() < faults.reset();
        var stall = random.nextDouble() < faults.stall();
        var single = random.nextBoolean();
        return new Fate(delayed ? Duration.ofNanos(delay) : Duration.ZERO, reset, stall, single, random.nextDouble());
    }
}
