package dev.weft.net;

/**
 * What a handler threw in a worker process, as the worker reported it. The original exception is not available, as it may not be serializable.
 * The message begins with that class's name; stack and causes are those of the worker.
 */
public final class WorkerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String type;
    private final boolean causedByPeer;

    /**
     * For providers of {@link dev.weft.net.spi.WorkerPools}, which set its cause afterwards.
     *
     * @param causedByPeer what {@link Connection#causedByPeer} said in the worker
     */
    public WorkerException(String type, String message, StackTraceElement[] stack, boolean causedByPeer) {
        super(message);
        this.type = type;
        this.causedByPeer = causedByPeer;
        setStackTrace(stack);
    }

    /** The name of the class that was thrown, {@code java.lang.IllegalStateException} for example. */
    public String type() {
        return type;
    }

    /** Whether it was the peer's doing, as {@link Connection#causedByPeer} says. */
    public boolean causedByPeer() {
        return causedByPeer;
    }
}
