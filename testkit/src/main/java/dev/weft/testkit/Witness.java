package dev.weft.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DrainReport;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import org.junit.jupiter.api.Assertions;

/** Remembers what a server tells of itself. A failure that no test asks for fails that test. */
final class Witness implements ServerObserver {
    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final List<Boolean> blame = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<IOException> acceptFailures = new CopyOnWriteArrayList<>();
    private final List<DrainReport> drained = new CopyOnWriteArrayList<>();
    private final List<Long> bytesIn = new CopyOnWriteArrayList<>();
    private final List<Long> bytesOut = new CopyOnWriteArrayList<>();

    /** The next failure, waiting for it. */
    Throwable failure() throws InterruptedException {
        var failure = failures.poll(10, TimeUnit.SECONDS);
        return failure == null ? Assertions.fail("the observer was told of no failure in 10 s; events: " + events) : failure;
    }

    /** The next failure must be of this type, wherever it was thrown. */
    void failure(Class<? extends Throwable> type) throws InterruptedException {
        Failures.assertIs(type, failure());
    }

    /** It must say this, too. */
    void failure(Class<? extends Throwable> type, String message) throws InterruptedException {
        var failure = failure();
        Failures.assertIs(type, failure);
        Assertions.assertEquals(message, Failures.message(failure));
    }

    /** For each failure of a connection so far, whether it was the peer's doing. */
    List<Boolean> takeBlame() {
        var taken = List.copyOf(blame);
        blame.clear();
        return taken;
    }

    /** Nothing has gone wrong but what was asked for. */
    void assertNoMore() {
        var more = failures.poll();
        if (more != null) {
            Assertions.fail("the observer was told of a failure that the test does not expect: " + more, more);
        }
    }

    /** Lays what nobody asked for beside a test's failure. */
    void addTo(Throwable failure) {
        failures.stream().filter(f -> f != failure).forEach(failure::addSuppressed);
    }

    /** Forgets failures that a test may or may not see. */
    void forget() {
        failures.clear();
    }

    /** opened, accepted, rejected, failed, closed, dropped, drained, in their order. */
    List<String> events() {
        return List.copyOf(events);
    }

    long count(String event) {
        return events.stream().filter(event::equals).count();
    }

    /** Waits for so many of an event. */
    void awaitCount(String event, long times) {
        Eventually.holds(times + " times '" + event + "', events: " + events, () -> count(event) >= times);
    }

    List<IOException> acceptFailures() {
        return acceptFailures;
    }

    List<DrainReport> drains() {
        return drained;
    }

    long bytesIn() {
        return bytesIn.stream().mapToLong(Long::longValue).sum();
    }

    long bytesOut() {
        return bytesOut.stream().mapToLong(Long::longValue).sum();
    }

    /** Something a test wants in the same order. */
    void note(String event) {
        events.add(event);
    }

    @Override
    public void opened(Server server) {
        events.add("opened");
    }

    @Override
    public void accepted(Connection c) {
        events.add("accepted");
    }

    @Override
    public void rejected(Address remote, String reason) {
        events.add("rejected");
    }

    @Override
    public void failed(Connection c, Throwable failure) {
        blame.add(c.causedByPeer(failure));
        failed(failure);
    }

    @Override
    public void failed(Datagram d, Throwable failure) {
        failed(failure);
    }

    private void failed(Throwable failure) {
        events.add("failed");
        failures.add(failure);
    }

    @Override
    public void tooSlow(Connection c, String why) {
        events.add("tooSlow");
    }

    @Override
    public void acceptFailed(Server server, IOException failure) {
        acceptFailures.add(failure);
        events.add("acceptFailed");
    }

    @Override
    public void closed(Connection c, Duration age, long in, long out) {
        bytesIn.add(in);
        bytesOut.add(out);
        events.add("closed");
    }

    @Override
    public void dropped(Datagram d) {
        events.add("dropped");
    }

    @Override
    public void drained(DrainReport report) {
        drained.add(report);
        events.add("drained");
    }
}
