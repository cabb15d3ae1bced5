package dev.weft.kafka;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;

/**
 * How many messages may be under way. One thread takes places and waits for them; any thread gives them back, which costs a lock only while the
 * other one waits.
 */
final class Room {
    private final int places;
    private final AtomicInteger free;
    private final TimedCondition changed;
    private volatile boolean waiting;

    /** @param changed is signalled, too, when what {@code goesOn} depends on changes */
    Room(int places, TimedCondition changed) {
        this.places = places;
        this.free = new AtomicInteger(places);
        this.changed = changed;
    }

    /** Takes a place; false when none came until the moment, or while {@code goesOn} held. */
    boolean take(BooleanSupplier goesOn, long until) throws InterruptedException {
        return tryTake() || (await(() -> free.get() > 0, goesOn, until) && tryTake());
    }

    private boolean tryTake() {
        if (free.get() <= 0) {
            return false;
        }
        free.getAndDecrement(); // only one thread takes
        return true;
    }

    /** Waits until no place is taken; false when {@code goesOn} no longer holds before that. */
    boolean awaitNoneTaken(BooleanSupplier goesOn) throws InterruptedException {
        return await(this::noneTaken, goesOn, Moments.NEVER);
    }

    private boolean await(BooleanSupplier condition, BooleanSupplier goesOn, long until) throws InterruptedException {
        waiting = true; // before the condition is evaluated: see giveBack
        try {
            changed.waitFor(() -> condition.getAsBoolean() || !goesOn.getAsBoolean(), until);
        } finally {
            waiting = false;
        }
        return condition.getAsBoolean();
    }

    void giveBack(int count) {
        free.addAndGet(count);
        if (waiting) {
            changed.signal();
        }
    }

    boolean noneTaken() {
        return free.get() == places;
    }

    int taken() {
        return places - free.get();
    }
}
