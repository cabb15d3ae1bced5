package dev.weft.net.wire;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** Bytes that wait to leave without a thread. */
public final class Posted implements Place {
    private final byte[] bytes;
    private final Consumer<Posted> begun;
    /** How many have left; guarded by the turn. */
    int sent;
    /** Threads whose bytes are among these, and go on when these have left; guarded by the turn. */
    @Nullable
    Company company;

    /**
     * Some bytes.
     *
     * @param begun runs once, under no lock, when these bytes are about to leave or are given up: they wait no longer
     */
    public Posted(byte[] bytes, Consumer<Posted> begun) {
        this.bytes = bytes;
        this.begun = begun;
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** They wait no longer. */
    void begin() {
        begun.accept(this);
    }
}
