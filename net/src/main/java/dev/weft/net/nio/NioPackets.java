package dev.weft.net.nio;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.Readiness;

/** A java.nio datagram channel: UDP. */
final class NioPackets implements PacketChannel, NioChannel {
    /** How long a sender pauses while another one waits for room. */
    private static final long REST_NANOS = 1_000_000;

    private final DatagramChannel channel;
    private final SelectionKey key;
    private final Readiness readable = new Readiness(true);
    private final Readiness writable = new Readiness(true);
    private final ReentrantLock waitingToWrite = new ReentrantLock();
    private final Address local;

    NioPackets(DatagramChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        key = NioLoop.shared().register(channel, this);
        local = Address.of(channel.getLocalAddress());
    }

    /**
     * Receives one byte more than the caller has room for; if that byte is filled, the datagram was longer (SPEC SS-24). It always asks the
     * socket: the event for a datagram in its queue may not have come yet.
     */
    @Override
    public Optional<Packet> receive(byte[] into) throws IOException {
        var stamp = readable.stamp();
        var buffer = ByteBuffer.allocate(into.length + 1);
        var sender = channel.receive(buffer);
        if (sender == null) {
            readable.drained(stamp);
            return Optional.empty();
        }
        buffer.flip();
        var size = Math.min(buffer.limit(), into.length);
        buffer.get(into, 0, size);
        return Optional.of(new Packet(size, buffer.hasRemaining(), Address.of(sender)));
    }

    @Override
    public boolean send(byte[] data, Address to) throws IOException {
        var stamp = writable.stamp();
        var target = to.resolve().getFirst();
        if (channel.send(ByteBuffer.wrap(data), target) == 0 && data.length > 0) {
            writable.drained(stamp);
            return false;
        }
        return true;
    }

    @Override
    public void awaitReadable() throws IOException {
        await(readable, SelectionKey.OP_READ);
    }

    @Override
    public void awaitWritable() throws IOException {
        if (!waitingToWrite.tryLock()) {
            LockSupport.parkNanos(REST_NANOS); // a second waiter would take the wake that is meant for the first
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted while another sender waits for room");
            }
            return;
        }
        try {
            await(writable, SelectionKey.OP_WRITE);
        } finally {
            waitingToWrite.unlock();
        }
    }

    private void await(Readiness readiness, int operation) throws IOException {
        if (!readiness.ready()) {
            try {
                NioLoop.shared().ask(key, operation);
            } catch (CancelledKeyException e) {
                return;
            }
        }
        readiness.await();
    }

    @Override
    public void ready(int operations) {
        if ((operations & SelectionKey.OP_READ) != 0) {
            readable.signal();
        }
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            writable.signal();
        }
    }

    @Override
    public void wake() {
        readable.wake();
        writable.wake();
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            NioLog.closeFailed("the datagram socket at " + local, e);
        } finally {
            NioLoop.shared().forgetNow();
            readable.signal();
            writable.signal();
        }
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public DatagramChannel channel() {
        return channel;
    }
}
