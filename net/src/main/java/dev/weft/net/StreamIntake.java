package dev.weft.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.weft.net.serve.Intake;
import dev.weft.net.serve.Runner;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.serve.ServeLoop;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** Accepts connections and admits or refuses them; the one place that counts them. */
final class StreamIntake implements Intake {
    private final ListenerChannel listener;
    private final HandlerSource<Handler> handlers;
    private final Predicate<? super Connection> verify;
    private final Deadlines deadlines;
    private final Optional<Tls> tls;
    private final TimeSource time;
    private final RunningRequests requests;
    private final RequestEvents events;
    private final Runner runner;
    /** How many count against the limit. */
    private final AtomicInteger admitted = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> perHost = new ConcurrentHashMap<>();
    private final Readiness vacancy = new Readiness(true);
    private final @Nullable MessageThreads by;
    private volatile Admission admission;
    private volatile boolean draining;
    private volatile long patience = Moments.NEVER;

    StreamIntake(ListenerChannel listener, HandlerSource<Handler> handlers, Predicate<? super Connection> verify, Admission admission,
            Deadlines deadlines, Optional<Tls> tls, RunningRequests requests, RequestEvents events, Runner runner,
            @Nullable MessageThreads by) {
        this.listener = listener;
        this.handlers = handlers;
        this.verify = verify;
        this.admission = admission;
        this.deadlines = deadlines;
        this.tls = tls;
        time = requests.time();
        this.requests = requests;
        this.events = events;
        this.runner = runner;
        this.by = by;
    }

    Admission admission() {
        return admission;
    }

    /** A smaller limit closes no connection: it holds for those that come. */
    void admission(Admission admission) {
        this.admission = admission;
        if (admission.past() == Admission.Past.EVICT_IDLEST) {
            streams().forEach(r -> r.connection().core().stampProgress());
        }
        vacancy.signal();
    }

    @Override
    public boolean take() throws IOException {
        if (mustWait()) {
            return false;
        }
        var channel = listener.accept();
        channel.ifPresent(this::receive);
        return channel.isPresent();
    }

    @Override
    public void await() throws IOException {
        var stamp = vacancy.stamp();
        if (mustWait()) {
            vacancy.drained(stamp);
            vacancy.await();
        } else {
            listener.awaitAcceptable();
        }
    }

    private boolean mustWait() {
        var a = admission;
        return a.past() == Admission.Past.WAIT && admitted.get() >= a.limit();
    }

    /** What fails here, for want of memory say, costs this one connection, of which nothing is left. */
    private void receive(StreamChannel channel) {
        try {
            admit(new Connection(channel, true, channel.remote().host(), deadlines, time));
        } catch (RuntimeException | Error e) {
            channel.abort();
            throw e;
        }
    }

    private void admit(Connection connection) {
        var a = admission;
        var host = hostOf(connection);
        if (host.isPresent() && perHost.getOrDefault(host.get(), 0) >= a.perPeer()) {
            turnAway(connection, "more than " + a.perPeer() + " connections from " + host.get());
        } else if (admitted.get() >= a.limit() && !makeRoom(a)) {
            turnAway(connection, "more than " + a.limit() + " connections");
        } else if (verified(connection)) {
            letIn(connection, host, a);
        }
    }

    private void letIn(Connection connection, Optional<String> host, Admission a) {
        if (tls.isPresent()) {
            connection.core().outbound().order().hold();
        }
        if (a.past() == Admission.Past.EVICT_IDLEST) {
            connection.core().stampProgress();
        }
        var request = by == null ? new StreamRequest(requests, events, this, connection)
                : new MessageRequest(requests, events, this, connection, by);
        host.ifPresent(h -> perHost.merge(h, 1, Integer::sum));
        admitted.incrementAndGet();
        try {
            events.counters().accepted.increment();
            connection.core().memberEvents(request);
            requests.add(request); // whole, as others look at it at once
            if (draining) {
                connection.core().drain(patience);
            }
        } catch (RuntimeException | Error e) {
            request.abandon();
            throw e;
        }
        request.runBy(runner);
    }

    /** The connections being served. */
    Stream<StreamRequest> streams() {
        return requests.stream().filter(StreamRequest.class::isInstance).map(StreamRequest.class::cast);
    }

    /** On the thread of the connection's request. */
    void serve(Connection connection) throws Exception {
        var handler = open(connection);
        handler.handle(connection);
    }

    /** The connection is served from now on: secures it, and returns its handler. */
    Handler open(Connection connection) throws Exception {
        events.accepted(connection);
        if (tls.isPresent()) {
            TlsUpgrade.secure(connection.core(), tls.get(), connection.deadlines().handshake());
        }
        return handlers.next();
    }

    /** Whether each connection begins with a handshake, which blocks. */
    boolean secures() {
        return tls.isPresent();
    }

    /** Its connection is closed, and its place is free for another. */
    void left(StreamRequest request) {
        if (request.discount()) {
            admitted.decrementAndGet();
        }
        try {
            hostOf(request.connection()).ifPresent(host -> {
                if (perHost.merge(host, -1, Integer::sum) == 0) {
                    perHost.remove(host, 0);
                }
            });
        } finally {
            vacancy.signal();
        }
        events.closed(request);
    }

    /** SPEC SS-19, SS-20: false, or an exception, costs this one connection. */
    private boolean verified(Connection connection) {
        try {
            if (verify.test(connection)) {
                return true;
            }
            events.rejected(connection.remote(), "verify said no");
        } catch (Throwable t) {
            events.failed(connection, t);
            if (t instanceof Error e && ServeLoop.isFatal(e)) {
                throw e;
            }
        }
        connection.close();
        return false;
    }

    /** Sends the farewell as far as that needs no waiting, and closes. */
    private void turnAway(Connection connection, String reason) {
        events.rejected(connection.remote(), reason);
        if (tls.isEmpty()) {
            admission.farewellBytes().ifPresent(farewell -> {
                try {
                    var channel = connection.core().channel();
                    for (int sent = 0, n; sent < farewell.length && (n = channel.write(farewell, sent, farewell.length - sent)) > 0;) {
                        sent += n;
                    }
                } catch (IOException e) {
                    // It is gone already, and was not to be served anyway.
                }
            });
        }
        connection.close();
    }

    /** Under evictingIdlest: takes a place from the connection idle longest. As many may be ending as may be served. */
    private boolean makeRoom(Admission a) {
        if (a.past() != Admission.Past.EVICT_IDLEST || requests.size() >= 2L * a.limit()) {
            return false;
        }
        var now = time.nanoTime();
        var idlest = streams().filter(StreamRequest::counts).max(Comparator.comparingLong(r -> now - r.connection().core().lastProgress()));
        idlest.filter(StreamRequest::discount).ifPresent(r -> {
            admitted.decrementAndGet();
            events.counters().evicted.increment();
            r.connection().core().evict(a.farewellBytes(), "evicted: it was idle longest and another came");
        });
        return idlest.isPresent();
    }

    /** The host that a connection counts for: an IPv4 address, or the /64 network of an IPv6 one, which a single host is given (RFC 6177). */
    private static Optional<String> hostOf(Connection connection) {
        var remote = connection.remote();
        if (remote.kind() != Address.Kind.INET) {
            return Optional.empty();
        }
        if (remote.host().indexOf(':') < 0) {
            return Optional.of(remote.host());
        }
        try {
            var address = InetAddress.getByName(remote.host()).getAddress(); // a number: nothing is looked up
            return Optional.of(HexFormat.of().formatHex(address, 0, 8) + "::/64");
        } catch (UnknownHostException e) {
            return Optional.of(remote.host());
        }
    }

    @Override
    public boolean full() {
        return mustWait();
    }

    @Override
    public void wake() {
        listener.wake();
        vacancy.wake();
    }

    @Override
    public void drain(long moment) {
        patience = moment;
        draining = true;
        streams().forEach(r -> r.connection().core().drain(moment));
    }

    @Override
    public void leaveQueue() {
        listener.leaveQueue();
    }

    @Override
    public void stop() {
        listener.close();
    }

    @Override
    public void close() {
        listener.close();
    }

    @Override
    public AcceptFailure classify(IOException failure) {
        return listener.classify(failure);
    }

    @Override
    public Address address() {
        return listener.local();
    }

    @Override
    public OptionalInt fileno() {
        return listener.fileno();
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return listener.option(option);
    }
}
