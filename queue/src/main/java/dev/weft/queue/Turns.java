package dev.weft.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** Lets those who work on messages at the same time finish them in the order of their numbers, from 0. */
final class Turns {
    @GuardedBy("this")
    private long turn;

    /** Waits until all before this one have passed. */
    synchronized void await(long number) throws InterruptedException {
        while (turn < number) {
            wait();
        }
    }

    /** It is done with: the next one's turn. */
    synchronized void pass(long number) {
        turn = number + 1;
        notifyAll();
    }
}
