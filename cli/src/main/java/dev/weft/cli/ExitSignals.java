package dev.weft.cli;

import java.util.LinkedHashMap;
import java.util.List;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * SIGTERM, and the SIGINT of Ctrl-C, as a call, in place of the JVM's own answer to them, which exits with 128 and the signal's number.
 *
 * <p>A shutdown hook could set the exit code only by halting, over the heads of other hooks: a flight recording would be lost.
 * sun.misc.Signal stays in the JDK for want of another way (JEP 260); reflection, which would spare the build javac's warning, costs a
 * start 25 ms.
 */
final class ExitSignals {
    /**
     * What runs meanwhile.
     *
     * @param <E> what it throws
     */
    @FunctionalInterface
    interface Body<E extends Exception> {
        /** Does it. */
        void run() throws E, InterruptedException;
    }

    private static final List<String> NAMES = List.of("TERM", "INT");

    private ExitSignals() {}

    /** While the body runs, each signal calls {@code ending}, on a thread of its own. */
    static <E extends Exception> void during(Body<E> body, Runnable ending) throws E, InterruptedException {
        var before = new LinkedHashMap<Signal, SignalHandler>();
        try {
            for (var name : NAMES) {
                var signal = new Signal(name);
                before.put(signal, Signal.handle(signal, _ -> ending.run()));
            }
        } catch (IllegalArgumentException e) {
            // No such signal here, or -Xrs. The shutdown hook that each server has besides drains as well, only its exit code differs.
        }
        try {
            body.run();
        } finally {
            before.forEach(Signal::handle);
        }
    }
}
