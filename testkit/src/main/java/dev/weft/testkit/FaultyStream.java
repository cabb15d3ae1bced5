package dev.weft.testkit;

import java.io.IOException;
import java.net.SocketException;

import dev.weft.net.TimeSource;
import dev.weft.net.spi.ConnectionTask;
import dev.weft.net.spi.StreamChannel;

/** A connection on a bad network. */
final class FaultyStream extends ForwardingStream {
    private final FaultPlan reads;
    private final FaultPlan writes;
    private final Faults faults;
    private final Holding reading;
    private final Holding writing;
    private final String who;
    private volatile String broken = "";
    private volatile boolean stalled;
    private volatile boolean ended;

    FaultyStream(StreamChannel inner, FaultPlan reads, FaultPlan writes, Faults faults, TimeSource time, String who) {
        super(inner);
        this.reads = reads;
        this.writes = writes;
        this.faults = faults;
        this.who = who;
        reading = new Holding(time);
        writing = new Holding(time);
    }

    /** The channel's own operation. */
    @FunctionalInterface
    private interface Move {
        int bytes(int length) throws IOException;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return move(reads, reading, length, most -> inner.read(into, offset, most));
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        return move(writes, writing, length, most -> inner.write(from, offset, most));
    }

    /** Nothing that blocks: what must wait moves no bytes, and the await that follows does the waiting. */
    private int move(FaultPlan plan, Holding holding, int length, Move move) throws IOException {
        if (!broken.isEmpty()) {
            throw new SocketException(broken);
        }
        if (ended) {
            return move.bytes(length); // which says so
        }
        if (stalled || holding.holds()) {
            return 0;
        }
        var fate = plan.fate();
        if (!fate.delay().isZero()) {
            plan.served();
            holding.hold(fate.delay());
            return 0;
        }
        if (fate.stall()) {
            stall();
            return 0;
        }
        if (fate.reset()) {
            broken = "Connection reset by an injected fault (" + who + ", operation " + (plan.operations() + 1) + ")";
            inner.abort();
            reading.release();
            writing.release();
            throw new SocketException(broken);
        }
        var moved = move.bytes(fate.cut(length, faults));
        if (moved > 0) {
            plan.done();
        }
        return moved;
    }

    /** A peer that takes nothing acknowledges nothing, whatever the network behind it does. */
    @Override
    public long unacknowledged() {
        return stalled ? -1 : inner.unacknowledged();
    }

    private void stall() {
        stalled = true;
        reading.holdForGood();
        writing.holdForGood();
        inner.wake(); // who waits for the other direction shall wait for this from now on
    }

    /** Faults hold up threads that wait. */
    @Override
    public boolean attach(ConnectionTask task) {
        return false;
    }

    @Override
    public void awaitReadable() throws IOException {
        if (reading.holds()) {
            reading.await();
        } else {
            inner.awaitReadable();
        }
    }

    @Override
    public void awaitWritable() throws IOException {
        if (writing.holds()) {
            writing.await();
        } else {
            inner.awaitWritable();
        }
    }

    @Override
    public void wake() {
        reading.wake();
        writing.wake();
        inner.wake();
    }

    @Override
    public void abort() {
        inner.abort();
        end();
    }

    @Override
    public void close() {
        inner.close();
        end();
    }

    /** What was held back finds the channel closed. */
    private void end() {
        ended = true;
        reading.release();
        writing.release();
    }

}
