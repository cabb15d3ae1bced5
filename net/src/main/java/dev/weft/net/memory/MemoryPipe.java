package dev.weft.net.memory;

import java.io.IOException;
import java.net.SocketException;

import dev.weft.net.spi.Readiness;

/** One direction of an in-memory connection: a ring of bytes with a writing and a reading end. */
final class MemoryPipe {
    /** What fits before the writer must wait; a power of two, and about what a kernel's socket buffers give on loopback. */
    static final int CAPACITY = 64 * 1024;

    final Readiness readable = new Readiness(false);
    final Readiness writable = new Readiness(true);

    private byte[] ring = {};
    private long written;
    private long taken;
    private boolean ended;
    private boolean deaf;
    private boolean reset;

    synchronized int read(byte[] into, int offset, int length) throws IOException {
        var stamp = readable.stamp();
        if (reset) {
            throw new SocketException("Connection reset");
        }
        var n = (int) Math.min(length, written - taken);
        if (n == 0) {
            if (ended) {
                return -1;
            }
            readable.drained(stamp);
            return 0;
        }
        copy(taken, into, offset, n, false);
        taken += n;
        if (taken == written) {
            ring = new byte[0]; // an idle pipe holds nothing
        }
        writable.signal();
        return n;
    }

    synchronized int write(byte[] from, int offset, int length) throws IOException {
        var stamp = writable.stamp();
        if (reset) {
            throw new SocketException("Connection reset");
        }
        if (ended || deaf) {
            throw new SocketException("Broken pipe");
        }
        var n = (int) Math.min(length, CAPACITY - (written - taken));
        if (n == 0) {
            writable.drained(stamp);
            return 0;
        }
        if (ring.length == 0) {
            ring = new byte[CAPACITY];
        }
        copy(written, from, offset, n, true);
        written += n;
        readable.signal();
        return n;
    }

    /** The writer has said all. */
    synchronized void end() {
        ended = true;
        readable.signal();
        writable.signal();
    }

    /** The reader has closed: what it left unread is for nobody, and nobody will read what comes. */
    synchronized void readerGone() {
        taken = written;
        ring = new byte[0];
        deaf = true;
        writable.signal();
        readable.signal();
    }

    /** Either side tore it down. */
    synchronized void reset() {
        reset = true;
        readable.signal();
        writable.signal();
    }

    private void copy(long position, byte[] array, int offset, int n, boolean in) {
        var at = (int) (position & (CAPACITY - 1));
        var first = Math.min(n, CAPACITY - at);
        if (in) {
            System.arraycopy(array, offset, ring, at, first);
            System.arraycopy(array, offset + first, ring, 0, n - first);
        } else {
            System.arraycopy(ring, at, array, offset, first);
            System.arraycopy(ring, 0, array, offset + first, n - first);
        }
    }
}
