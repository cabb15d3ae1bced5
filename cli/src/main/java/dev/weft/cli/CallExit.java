package dev.weft.cli;

import dev.weft.rpc.RpcClient;

/** Cancels the calls of a client when the process is asked to exit; the exit code stays the JVM's own, 128 and the signal's number. */
final class CallExit implements AutoCloseable {
    private final Thread hook;
    private volatile boolean asked;

    CallExit(RpcClient rpc) {
        hook = Thread.ofPlatform().name("cancel").unstarted(() -> {
            asked = true;
            rpc.close();
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether that has happened. */
    boolean asked() {
        return asked;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }
}
