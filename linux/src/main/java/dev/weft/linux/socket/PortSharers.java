package dev.weft.linux.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.poll.Waiter;
import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * Several listening sockets on one port, each with its own accepting thread, that look like one listener.
 *
 * <p>The threads accept a few connections ahead of the caller of {@link #accept}. A failure is queued like a connection, and the thread that met it
 * waits until it has been taken, so that a want of descriptors makes no thread spin. When nothing is queued, a caller that must not wait asks
 * the sockets themselves, as a drain serves every connection that the kernel holds.
 */
final class PortSharers implements ListenerChannel {
    /** How many connections a thread accepts ahead. */
    private static final int AHEAD = 8;
    private static final long REST_NANOS = 10_000_000;

    /** Makes one socket of the group. */
    @FunctionalInterface
    interface Listening {
        ListenerChannel at(Address address, SocketSettings settings) throws IOException;
    }

    private record Outcome(@Nullable StreamChannel accepted, @Nullable IOException failure, CountDownLatch taken) {
        static Outcome of(@Nullable StreamChannel accepted, @Nullable IOException failure) {
            return new Outcome(accepted, failure, new CountDownLatch(1));
        }
    }

    private final List<ListenerChannel> members;
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    /** Permits to accept ahead. A thread takes one before it accepts, so an accepted connection always has room in the queue. */
    private final Semaphore room;
    private final Readiness acceptable = new Readiness(true);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private PortSharers(List<ListenerChannel> members) {
        this.members = List.copyOf(members);
        room = new Semaphore(AHEAD * members.size());
        for (int i = 0; i < members.size(); i++) {
            var member = members.get(i);
            threads.add(Thread.ofPlatform().daemon().name("weft-accept-" + member.local().port() + "-" + (i + 1)).start(() -> run(member)));
        }
    }

    /** A group of sockets that exist already. */
    static PortSharers of(List<ListenerChannel> members) {
        return new PortSharers(members);
    }

    /** Opens all sockets, or none: the first finds the port, the others share it. */
    static PortSharers open(int n, Address address, SocketSettings settings, Listening listening) throws IOException {
        var options = new HashMap<>(settings.options());
        options.put(StandardSocketOptions.SO_REUSEPORT, true);
        var shared = new SocketSettings(options, settings.backlog(), settings.from());
        var members = new ArrayList<ListenerChannel>();
        try {
            members.add(listening.at(address, shared));
            var port = members.getFirst().local().port();
            while (members.size() < n) {
                members.add(listening.at(address.isAny() ? Address.any(port) : Address.of(address.host(), port), shared));
            }
            return new PortSharers(members);
        } catch (IOException | RuntimeException | Error e) {
            members.forEach(ListenerChannel::close);
            throw e;
        }
    }

    private void run(ListenerChannel member) {
        while (!closed) {
            try {
                if (!acceptAhead(member)) {
                    member.awaitAcceptable();
                }
            } catch (ClosedChannelException | InterruptedIOException | InterruptedException e) {
                // Closed, says the loop's condition.
            } catch (Throwable t) { // without this thread its socket's share of the connections would wait for nobody
                pass(t);
            }
        }
        dropAll();
    }

    private boolean acceptAhead(ListenerChannel member) throws IOException, InterruptedException {
        room.acquire();
        var accepted = false;
        try {
            synchronized (member) { // who has asked this member after us finds in the queue what we got
                accepted = member.accept().map(this::put).orElse(false);
            }
        } finally {
            if (!accepted) {
                room.release();
            }
        }
        if (accepted) {
            acceptable.signal();
        }
        return accepted;
    }

    private boolean put(StreamChannel channel) {
        try {
            return outcomes.add(Outcome.of(channel, null));
        } catch (Error e) { // no memory for it
            channel.abort();
            throw e;
        }
    }

    private void pass(Throwable failure) {
        try {
            var outcome = Outcome.of(null, failure instanceof IOException e ? e : new IOException("accepting failed: " + failure, failure));
            outcomes.add(outcome);
            acceptable.signal();
            if (!closed) {
                outcome.taken.await();
            }
        } catch (InterruptedException e) {
            // Closed, says the loop's condition.
        } catch (Throwable t) { // no memory even for that
            Waiter.report(t);
            LockSupport.parkNanos(REST_NANOS);
        }
    }

    private static void drop(Outcome outcome) {
        outcome.taken.countDown();
        if (outcome.accepted != null) {
            outcome.accepted.abort();
        }
    }

    /** Closes connections that were accepted and not taken. Called after the close, at the latest by the thread that put the connection there. */
    private void dropAll() {
        for (var left = outcomes.poll(); left != null; left = outcomes.poll()) {
            drop(left);
        }
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        var stamp = acceptable.stamp();
        var accepted = takeAhead();
        for (int i = 0; i < members.size() && accepted.isEmpty(); i++) {
            var member = members.get(i);
            synchronized (member) {
                accepted = member.accept();
            }
        }
        if (accepted.isEmpty()) {
            accepted = takeAhead(); // of a thread that was at its socket before us
        }
        if (accepted.isEmpty()) {
            acceptable.drained(stamp);
        }
        return accepted;
    }

    private Optional<StreamChannel> takeAhead() throws IOException {
        var outcome = outcomes.poll();
        if (outcome == null) {
            return Optional.empty();
        }
        outcome.taken.countDown();
        if (outcome.failure != null) {
            throw outcome.failure;
        }
        room.release();
        return Optional.ofNullable(outcome.accepted);
    }

    @Override
    public void awaitAcceptable() throws IOException {
        acceptable.await();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return closed ? AcceptFailure.CLOSED : members.getFirst().classify(failure);
    }

    @Override
    public void leaveQueue() {
        members.forEach(ListenerChannel::leaveQueue);
    }

    @Override
    public Address local() {
        return members.getFirst().local();
    }

    @Override
    public void wake() {
        acceptable.wake();
    }

    @Override
    public void close() {
        closed = true;
        members.forEach(ListenerChannel::close);
        threads.forEach(Thread::interrupt);
        dropAll();
        acceptable.signal();
    }

    /** That of the first socket; all are alike. */
    @Override
    public OptionalInt fileno() {
        return members.getFirst().fileno();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return members.getFirst().supportedOptions();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        for (var member : members) {
            member.option(option, value);
        }
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return members.getFirst().option(option);
    }
}
