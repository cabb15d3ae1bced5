package dev.weft.queue;

import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links that have nothing to do do nothing (SPEC SL-BUG-4, SL-BUG-8). */
@Timeout(60)
class LinkCalmTest {
    /** So long a test looks; whoever spins burns one processor for all of it. */
    private static final Duration LOOK = Duration.ofMillis(600);

    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    @DisplayName("SL-BUG-4, SL-BUG-8: nobody spins: not while accepting, dialing, idle, with stop functions, nor after a peer has gone")
    void idleLinksBurnNothing() throws Exception {
        var nobody = ends.acceptor();
        nobody.close();
        ends.with(ends.listen().duplex().start());
        ends.with(ends.connect(nobody.address()).reconnect(Backoff.fixed(Duration.ofMillis(500))).duplex().start());
        var abandoned = ends.with(ends.listen().stopReceiving(() -> false).stopSending(() -> false).stopReconnecting(() -> false).duplex().start());
        ends.dial(abandoned).close();
        until(abandoned, State.RECONNECTING);
        var idle = ends.with(ends.listen().stopReceiving(() -> false).stopSending(() -> false).duplex().start());
        var peer = ends.dial(idle);
        var sender = ends.with(ends.listen().sender().start());
        ends.dial(sender);
        until(idle, State.CONNECTED);
        until(sender, State.CONNECTED);
        assertThat(calmest(peer)).isLessThan(LOOK.dividedBy(2));
    }

    /** Who spins does so every time; the compiler and the collector, which may have work left, do not. */
    private static Duration calmest(Connection peer) {
        var least = burnt(peer);
        for (int looks = 1; looks < 10 && least.compareTo(LOOK.dividedBy(2)) >= 0; looks++) {
            var again = burnt(peer);
            least = again.compareTo(least) < 0 ? again : least;
        }
        return least;
    }

    /** Processor time of this process while a peer hears nothing. */
    private static Duration burnt(Connection peer) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        peer.deadlines(peer.deadlines().read(LOOK));
        var before = system.getProcessCpuTime();
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> peer.receive(1));
        return Duration.ofNanos(system.getProcessCpuTime() - before);
    }

    @Test
    @DisplayName("SL-30: as many attempts as its pauses allow, and no more")
    void attemptsKeepTheirPauses() throws Exception {
        var nobody = ends.acceptor();
        nobody.close();
        var time = new SkippedPauses();
        var link = ends.with(ends.connect(nobody.address()).reconnect(Backoff.fixed(Duration.ofDays(1)).attempts(5)).time(time).receiver().start());
        until(link, State.ENDED);
        assertThat(time.pauses()).hasSize(5).containsOnly(Duration.ofDays(1));
    }

    @Test
    @DisplayName("a client whose server takes and drops it, again and again, does not fall upon it: its pauses hold there, too")
    void aServerThatDropsEverybodyIsNotFallenUpon() throws Exception {
        var acceptor = ends.acceptor();
        var time = new SkippedPauses();
        ends.with(ends.connect(acceptor.address()).reconnect(Backoff.fixed(Duration.ofDays(1))).time(time).receiver().start());
        for (int n = 0; n < 10; n++) {
            ends.accept(acceptor).close();
        }
        assertThat(time.pauses()).hasSizeGreaterThanOrEqualTo(8).containsOnly(Duration.ofDays(1));
    }

    /** Its pauses are counted, not measured: a Backoff that gives up says when it was asked for the pause after the last. */
    @Test
    @DisplayName("and its pauses grow: each is the next of its backoff, which is at its end after as many as it has")
    void thePausesBeforeAServerThatDropsEverybodyGrow() throws Exception {
        var acceptor = ends.acceptor();
        var link = ends.with(ends.connect(acceptor.address()).delivery(Delivery.AT_LEAST_ONCE) // nothing stands before the hello
                .reconnect(Backoff.fixed(Duration.ofMillis(1)).attempts(3)).receiver().start());
        for (int n = 0; n < 5; n++) { // the first, the second at once, and one after each of the three pauses
            ends.accept(acceptor).close();
        }
        until(link, State.ENDED);
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join);
        assertThat(link.stats().connections()).isEqualTo(5);
    }

    @Test
    @DisplayName("SL-30: the pauses between attempts grow, and none is longer than its step")
    void thePausesOfAnExponentialBackoffGrow() throws Exception {
        var nobody = ends.acceptor();
        nobody.close();
        var time = new SkippedPauses();
        var link = ends.with(ends.connect(nobody.address()).reconnect(GROWING).time(time).receiver().start());
        until(link, State.ENDED);
        assertGrown(time.pauses());
    }

    @Test
    @DisplayName("and so do those before a server that takes and drops it")
    void thePausesBeforeAServerThatDropsGrow() throws Exception {
        var acceptor = ends.acceptor();
        var time = new SkippedPauses();
        var link = ends.with(ends.connect(acceptor.address()).delivery(Delivery.AT_LEAST_ONCE).reconnect(GROWING).time(time).receiver().start());
        for (int n = 0; n < 18; n++) { // the first, the second at once, and one after each of the sixteen pauses
            ends.accept(acceptor).close();
        }
        until(link, State.ENDED);
        assertGrown(time.pauses());
    }

    /** Drawn evenly, up to 9 hours: that all of them together last no longer than so many first ones could is a chance of one in a billion. */
    private static final Backoff GROWING = Backoff.exponential(Duration.ofSeconds(1), Duration.ofDays(1)).attempts(16);

    private static void assertGrown(List<Duration> pauses) {
        assertThat(pauses).hasSize(16);
        for (int n = 0; n < 16; n++) {
            assertThat(pauses.get(n)).isLessThanOrEqualTo(Duration.ofSeconds(1L << n));
        }
        assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus)).isGreaterThan(Duration.ofSeconds(16));
    }

    @Test
    @DisplayName("SL-31: a connection over which nothing passes is a connection: its loss is no failed attempt, however often and however late")
    void anIdleConnectionIsNoFailedAttempt() throws Exception {
        var acceptor = ends.acceptor();
        var link = ends.with(ends.connect(acceptor.address()).connectWithin(Duration.ofMillis(500)).receiver().start());
        for (int n = 0; n < 3; n++) {
            var peer = ends.accept(acceptor);
            peer.deadlines(peer.deadlines().read(Duration.ofMillis(550)));
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> peer.receive(1));
            peer.close();
        }
        ends.accept(acceptor);
        until(link, State.CONNECTED);
        assertThat(link.stats().connections()).isEqualTo(4);
    }
}
