package dev.weft.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import dev.weft.net.serve.Intake;
import dev.weft.net.serve.Request;
import dev.weft.net.serve.Runner;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.serve.ServeLoop;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.support.Moments;

/** Receives datagrams and has them served: so many at once, the rest dropped and counted. */
final class PacketIntake implements Intake {
    private static final long FIRST_REST_NANOS = 1_000_000;
    private static final long LONGEST_REST_NANOS = 50_000_000;

    private final PacketChannel channel;
    private final HandlerSource<DatagramHandler> handlers;
    private final Predicate<? super Datagram> verify;
    private final int most;
    /** How long an answer waits for a peer that takes none. */
    private final Duration patience;
    private final RunningRequests requests;
    private final RequestEvents events;
    private final Runner runner;
    private final TimeSource time;
    private final byte[] buffer;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    PacketIntake(PacketChannel channel, HandlerSource<DatagramHandler> handlers, Predicate<? super Datagram> verify, int most,
            int maxPacketSize, Duration patience, RunningRequests requests, RequestEvents events, Runner runner) {
        this.channel = channel;
        this.handlers = handlers;
        this.verify = verify;
        this.most = most;
        this.patience = patience;
        this.requests = requests;
        this.events = events;
        this.runner = runner;
        time = requests.time();
        buffer = new byte[maxPacketSize];
    }

    @Override
    public boolean take() throws IOException {
        if (closed) {
            return false;
        }
        var packet = channel.receive(buffer);
        if (packet.isEmpty()) {
            return false;
        }
        var p = packet.get();
        var datagram = new Datagram(Arrays.copyOf(buffer, p.size()), p.sender(), p.truncated(), this::reply);
        events.counters().bytesIn.add(p.size());
        if (!verified(datagram)) {
            return true;
        }
        if (inFlight.get() >= most) {
            events.dropped(datagram);
            return true;
        }
        serve(datagram);
        return true;
    }

    private void serve(Datagram datagram) {
        var request = new PacketRequest(datagram);
        inFlight.incrementAndGet();
        try {
            events.counters().accepted.increment();
            requests.add(request);
        } catch (Error e) { // no memory for it
            inFlight.decrementAndGet();
            throw e;
        }
        request.runBy(runner);
    }

    private boolean verified(Datagram datagram) {
        try {
            if (verify.test(datagram)) {
                return true;
            }
            events.dropped(datagram);
        } catch (Throwable t) {
            events.failed(datagram, t);
            if (t instanceof Error e && ServeLoop.isFatal(e)) {
                throw e;
            }
        }
        return false;
    }

    private void reply(byte[] data, Address to) throws IOException {
        if (!channel.send(data, to)) {
            replyLater(data, to);
        }
        events.counters().bytesOut.add(data.length);
    }

    /** Tries again now and then: no event tells that a Unix peer has room again (unix(7)), and peers that read nothing may be many. */
    private void replyLater(byte[] data, Address to) throws IOException {
        var deadline = Moments.limit(time, patience);
        var rest = FIRST_REST_NANOS;
        do {
            if (Moments.passed(time, deadline)) {
                throw new SocketTimeoutException(to + " took nothing for " + Moments.words(patience) + "; the answer was dropped");
            }
            LockSupport.parkNanos(this, rest);
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted while waiting for " + to + " to take an answer");
            }
            rest = Math.min(rest * 2, LONGEST_REST_NANOS);
        } while (!channel.send(data, to));
    }

    /** A datagram being served. */
    private final class PacketRequest extends Request {
        private final Datagram datagram;

        PacketRequest(Datagram datagram) {
            super(requests);
            this.datagram = datagram;
        }

        @Override
        public Object subject() {
            return datagram;
        }

        @Override
        protected Address remote() {
            return datagram.sender();
        }

        @Override
        protected boolean serve() throws Exception {
            var handler = handlers.next();
            try {
                handler.handle(datagram);
            } catch (Throwable t) {
                try {
                    datagram.finish();
                } catch (IOException e) {
                    t.addSuppressed(e);
                }
                throw t;
            }
            datagram.finish();
            return true;
        }

        @Override
        protected void release() {
            events.counters().bytesOut.add(datagram.sentElsewhere());
            inFlight.decrementAndGet();
        }

        @Override
        protected void abort() {
            // A datagram's handler holds nothing that could be taken from it.
        }

        @Override
        protected boolean saysClosedHere(Throwable failure) {
            return closed;
        }

        @Override
        protected void failed(Throwable failure) {
            events.failed(datagram, failure);
        }
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void await() throws IOException {
        channel.awaitReadable();
    }

    @Override
    public void wake() {
        channel.wake();
    }

    @Override
    public void drain(long patience) {
        // A datagram is a whole request: its handler has nothing more to read.
    }

    /** Answers still go out by this socket, so it is closed after the last of them. */
    @Override
    public void stop() {
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
        channel.close();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return closed ? AcceptFailure.CLOSED : AcceptFailure.OTHER;
    }

    @Override
    public Address address() {
        return channel.local();
    }

    @Override
    public OptionalInt fileno() {
        return channel.fileno();
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return channel.option(option);
    }
}
