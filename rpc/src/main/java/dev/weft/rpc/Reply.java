package dev.weft.rpc;

import org.jspecify.annotations.Nullable;

/** What came along with the responses of a call: see {@link CallOptions#reply}. For any thread. */
public final class Reply {
    private @Nullable Metadata headers;
    private @Nullable Metadata trailers;
    private boolean compressed;

    /** Of no call yet. */
    public Reply() {}

    /** What came with the first response; empty until then. */
    public synchronized Metadata headers() {
        return headers == null ? new Metadata() : headers;
    }

    /** What came with the status; empty until the call is over. */
    public synchronized Metadata trailers() {
        return trailers == null ? new Metadata() : trailers;
    }

    /** Whether the response that was received last came compressed. */
    public synchronized boolean compressed() {
        return compressed;
    }

    synchronized void compressed(boolean was) {
        compressed = was;
    }

    synchronized void begin() {
        compressed = false;
        headers = null;
        trailers = null;
    }

    synchronized void headers(io.grpc.Metadata came) {
        headers = new Metadata(came);
    }

    synchronized void trailers(io.grpc.Metadata came) {
        trailers = new Metadata(came);
    }
}
