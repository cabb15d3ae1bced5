package dev.weft.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What a client's consumer got, one after the other; {@link #next} waits for it. */
final class Heard<T> implements Consumer<T> {
    private final LinkedBlockingQueue<T> things = new LinkedBlockingQueue<>();

    @Override
    public void accept(T thing) {
        things.add(thing);
    }

    T next() throws InterruptedException {
        var thing = things.poll(20, TimeUnit.SECONDS);
        assertThat(thing).as("something within 20 s").isNotNull();
        return thing;
    }

    /** Until this comes, whatever comes before. */
    void until(T wanted) throws InterruptedException {
        while (!next().equals(wanted)) {
            // what came before
        }
    }

    boolean none() {
        return things.isEmpty();
    }
}
