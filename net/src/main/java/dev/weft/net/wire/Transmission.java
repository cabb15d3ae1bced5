package dev.weft.net.wire;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Arrays;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** Writes the bytes of the holder of the turn to the channel, and waits for the peer while it takes something now and then. */
final class Transmission {
    private final Wire wire;
    private final WriteQueue queue;
    @GuardedBy("this")
    private @Nullable DeadlineTimer timer;
    private volatile long sent;

    Transmission(Wire wire, WriteQueue queue) {
        this.wire = wire;
        this.queue = queue;
    }

    /** How many bytes the transport has taken. */
    long sent() {
        return sent;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the turn counts; others look
    void count(long n) {
        sent += n;
    }

    /** Its timer wakes no thread any more. */
    synchronized void close() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Writes what the channel takes now; true when all has left. Holding the turn. */
    boolean writeNow(Posted batch) throws IOException {
        var channel = wire.channel();
        var bytes = batch.bytes();
        while (batch.sent < bytes.length) {
            var n = channel.write(bytes, batch.sent, bytes.length - batch.sent);
            if (n == 0) {
                return false;
            }
            batch.sent += n;
            count(n);
        }
        wire.progressed();
        return channel.flush();
    }

    /**
     * Writes all of it. What an interrupt leaves over follows by itself, so that the stream stays whole for others; but of bytes of which none has
     * left, only the others'. Holding the turn.
     *
     * @param own so many of them are the caller's
     */
    void write(byte[] bytes, int offset, int length, int own) throws IOException {
        var done = 0;
        WritePatience patience = null; // most writes need none
        try {
            var channel = wire.channel();
            while (true) {
                if (done < length) {
                    var n = channel.write(bytes, offset + done, length - done);
                    if (n > 0) {
                        done += n;
                        count(n);
                        if (patience != null) {
                            patience.progressed();
                        }
                        wire.progressed();
                        continue;
                    }
                } else if (channel.flush()) {
                    return;
                }
                if (patience == null) {
                    patience = new WritePatience(wire.time(), wire.deadlines().write());
                }
                if (patience.mayWait(channel)) {
                    awaitRoom(patience.next());
                }
            }
        } catch (WritePatience.TooSlow _) {
            var limit = Moments.words(wire.deadlines().write());
            throw timedOut(wire.blame(new SocketTimeoutException(wire.remote() + " took nothing for " + limit + "; the connection was dropped")));
        } catch (SocketTimeoutException e) {
            throw timedOut(e);
        } catch (InterruptedIOException e) {
            var from = done == 0 ? own : done;
            if (from < length) {
                queue.rest(new Posted(Arrays.copyOfRange(bytes, offset + from, offset + length), _ -> {}));
            }
            e.bytesTransferred = Math.min(done, own);
            throw e;
        } catch (IOException e) {
            var clear = wire.explain(e);
            queue.breakOff(clear);
            throw clear;
        } catch (RuntimeException | Error e) {
            queue.breakOff(new IOException("writing failed: " + e, e));
            throw e;
        }
    }

    private SocketTimeoutException timedOut(SocketTimeoutException e) {
        queue.breakOff(e);
        wire.abort("a write timed out");
        return e;
    }

    private void awaitRoom(long deadline) throws IOException {
        if (deadline == Moments.NEVER) {
            wire.channel().awaitWritable();
            return;
        }
        DeadlineTimer t;
        synchronized (this) {
            if (timer == null) {
                timer = new DeadlineTimer(wire.time(), wire::wake);
            }
            t = timer;
        }
        t.set(deadline);
        try {
            wire.channel().awaitWritable();
        } finally {
            t.clear();
        }
    }
}
