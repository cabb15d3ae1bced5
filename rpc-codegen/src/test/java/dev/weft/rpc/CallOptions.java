package dev.weft.rpc;

/** How a call is made. */
public final class CallOptions {
    private static final CallOptions DEFAULTS = new CallOptions();

    private CallOptions() {
    }

    public static CallOptions defaults() {
        return DEFAULTS;
    }
}
