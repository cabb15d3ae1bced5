package dev.weft.net;

import java.io.InputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

/**
 * socketserver's handler class for datagrams: one object a packet; setup, handle, finish, and what was written to {@link #output} leaves as
 * one datagram at the end, even when nothing was written or handle threw (SPEC SS-46, SS-47). A plain {@link DatagramHandler} answers only
 * when it wants to.
 */
public abstract class DatagramRequestHandler implements DatagramHandler, ServesOnce {
    private @Nullable Datagram datagram;

    /** For subclasses. */
    protected DatagramRequestHandler() {}

    /** The packet this object serves. */
    protected final Datagram datagram() {
        if (datagram == null) {
            throw new IllegalStateException("there is no datagram before setup()");
        }
        return datagram;
    }

    /** The packet as a stream (rfile). */
    protected final InputStream input() {
        return datagram().input();
    }

    /** The answer (wfile). */
    protected final OutputStream output() {
        return datagram().output();
    }

    /** Before {@link #handle()}; when it throws, neither handle nor finish runs, and nothing is sent. */
    protected void setup() throws Exception {}

    /** Makes the answer. */
    protected abstract void handle() throws Exception;

    /** After {@link #handle()}, also when that threw. */
    protected void finish() throws Exception {}

    /**
     * Runs the three in order.
     *
     * @throws IllegalStateException if this object has served before
     */
    @Override
    public final void handle(Datagram d) throws Exception {
        if (datagram != null) {
            throw new IllegalStateException(getClass().getSimpleName() + " serves one datagram: give the server the class, not an object");
        }
        datagram = d;
        var ready = false;
        try {
            setup();
            d.output();
            ready = true;
        } finally {
            if (!ready) {
                d.discard();
            }
        }
        try {
            handle();
        } finally {
            finish();
        }
    }
}
