package dev.weft.net.memory;

import java.io.IOException;
import java.net.SocketException;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.spi.Readiness;

/** One direction of an in-memory connection: a ring of bytes with a writing and a reading end. */
final class MemoryPipe {
    /** What fits before the writer must wait; a power of two, and about what a kernel's socket buffers give on loopback. */
    static final int CAPACITY = 64 * 1024;

    final Readiness readable = new Readiness(false);
    final Readiness writable = new Readiness(true);

    @GuardedBy("this")
    private byte[] ring = {};
    @GuardedBy("this")
    private long written;
    @GuardedBy("this")
    private long taken;
    @GuardedBy("this")
    private boolean ended;
    @GuardedBy("this")
    private boolean readerHasClosed;
    @GuardedBy("this")
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
            ring = new byte[0]; // an idle pipe has no buffer
        }
        writable.signal();
        return n;
    }

    synchronized int write(byte[] from, int offset, int length) throws IOException {
        var stamp = writable.stamp();
        if (reset) {
            throw new SocketException("Connection reset");
        }
        if (ended || readerHasClosed) {
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

    /** Ends the stream after what was written. */
    synchronized void end() {
        ended = true;
        readable.signal();
        writable.signal();
    }

    /** The reader has closed: unread bytes are dropped, and writes fail from now on. */
    synchronized void readerClosed() {
        taken = written;
        ring = new byte[0];
        readerHasClosed = true;
        writable.signal();
        readable.signal();
    }

    /** Resets this direction: reads and writes fail from now on. */
    synchronized void reset() {
        reset = true;
        readable.signal();
        writable.signal();
    }

    @GuardedBy("this")
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
