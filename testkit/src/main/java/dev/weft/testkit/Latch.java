package dev.weft.testkit;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** By which a test and its handlers wait for each other, in whatever process these run. */
interface Latch {
    void countDown();

    /** Waits until it has been counted down as often as it was made for. */
    void await() throws InterruptedException;

    /** Whether nobody has to wait for it any more. */
    boolean isOpen();

    /** One for handlers that run here. */
    static Latch here(int count) {
        var latch = new CountDownLatch(count);
        return new Latch() {
            @Override
            public void countDown() {
                latch.countDown();
            }

            @Override
            public void await() throws InterruptedException {
                latch.await();
            }

            @Override
            public boolean isOpen() {
                return latch.getCount() == 0;
            }
        };
    }

    /**
     * One for handlers that run in other processes: each count is a file.
     *
     * @param folder where, as text since paths don't travel
     * @param count how often it must be counted down
     */
    record Shared(String folder, int count) implements Latch, Serializable {
        private static final long serialVersionUID = 1L;
        private static final long PAUSE_NANOS = 1_000_000;

        @Override
        public void countDown() {
            try {
                Files.createTempFile(Path.of(folder), "count", "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The folder goes with the scene, so nobody waits longer than that. */
        @Override
        public void await() throws InterruptedException {
            while (!isOpen()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }

        @Override
        public boolean isOpen() {
            try (var counts = Files.list(Path.of(folder))) {
                return counts.count() >= count;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
