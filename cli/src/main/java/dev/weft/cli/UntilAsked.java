package dev.weft.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.support.ExitHook;

/** What runs until it has ended by itself, or until the process is asked to end: by SIGTERM or Ctrl-C, or by an exit that has another reason. */
final class UntilAsked {
    /**
     * What runs.
     *
     * @param <E> what it throws
     */
    @FunctionalInterface
    interface Body<E extends Exception> {
        /** Does it, and returns the exit code. */
        int run() throws E, InterruptedException;
    }

    private UntilAsked() {}

    /**
     * Runs the body and returns its exit code. When the process is asked to end, {@code ending} is called once, on a thread of its own; the process
     * ends when the body has, with 0 if that returned 0, otherwise with 128 and the signal's number. A second signal ends it at once.
     */
    static <E extends Exception> int run(String name, Runnable ending, Body<E> body) throws E, InterruptedException {
        var asked = new AtomicBoolean();
        var over = new CountDownLatch(1);
        var clean = new AtomicBoolean();
        var hook = ExitHook.install(name + "-exit", () -> {
            asked.set(true);
            ending.run();
            await(over);
            return clean.get();
        });
        try {
            var code = body.run();
            clean.set(code == ExitCode.OK);
            if (asked.get() && code != ExitCode.OK) {
                over.countDown();
                new CountDownLatch(1).await(); // the exit code is the signal's: whoever asked ends the process
            }
            return code;
        } finally {
            over.countDown();
            hook.remove();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
