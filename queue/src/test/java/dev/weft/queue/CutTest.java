package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Transports;
import dev.weft.testkit.Faults;
import dev.weft.testkit.FaultyTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing is lost and nothing doubled when the connection is cut at any byte: {@link Delivery#AT_LEAST_ONCE}. Long streams are cut 20 times each,
 * and 200 times with the profile matrix.
 */
@Timeout(60)
class CutTest {
    private static final Backoff AT_ONCE = Backoff.fixed(Duration.ZERO);
    private static final int PATIENCE = 30;
    private static final int CUTS = Boolean.getBoolean("weft.exhaustive") ? 200 : 20;
    private static final List<String> FEW = List.of("one", "", "three");

    private static final Logger LOG = Logger.getLogger("dev.weft.queue");

    private final Ends ends = new Ends(Place.MEMORY);

    /** Each cut is worth a line to a link, and none to a reader of this test. */
    @BeforeAll
    static void quiet() {
        LOG.setLevel(Level.WARNING);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(null);
    }

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private static LinkBuilder<String> reliable(LinkBuilder<byte[]> link) {
        return link.asText().reconnect(AT_ONCE).delivery(Delivery.AT_LEAST_ONCE);
    }

    private Relay relay(Link to, Supplier<Relay.Cut> cuts) throws Exception {
        return ends.with(new Relay(ends.acceptor(), ends.place.to(to.address()), cuts));
    }

    /** The first connection meets this. */
    private static Supplier<Relay.Cut> first(Relay.Cut cut) {
        var all = new ArrayList<>(List.of(cut));
        return () -> all.isEmpty() ? Relay.Cut.NONE : all.removeFirst();
    }

    /** Three messages one way, to someone who takes them as they come, or acknowledges all at last. */
    private Relay oneWay(Relay.Cut cut, boolean late) throws Exception {
        try (var receiver = reliable(ends.listen()).receiver().start();
                var relay = relay(receiver, first(cut));
                var sender = reliable(Link.connect(ends.place.to(relay.address()))).sender().start()) {
            sender.toSend().addAll(FEW);
            ((AckQueue<String>) sender.toSend()).end();
            var got = late ? lateTaker(receiver.received()) : Ends.next(receiver.received(), FEW.size());
            assertThat(got).isEqualTo(FEW);
            Ends.join(sender);
            assertThat(sender.unsent()).isEmpty();
            assertThat(receiver.received()).isEmpty();
            return relay;
        }
    }

    private static List<String> lateTaker(BlockingQueue<String> queue) throws InterruptedException {
        var all = new ArrayList<Delivered<String>>();
        while (all.size() < FEW.size()) {
            all.add(((AckQueue<String>) queue).next(10, TimeUnit.SECONDS).orElseThrow());
        }
        all.reversed().forEach(Delivered::acknowledge);
        return all.stream().map(Delivered::message).toList();
    }

    private Relay bothWays(Relay.Cut cut) throws Exception {
        try (var here = reliable(ends.listen()).duplex().start();
                var relay = relay(here, first(cut));
                var there = reliable(Link.connect(ends.place.to(relay.address()))).duplex().start()) {
            here.toSend().addAll(FEW);
            there.toSend().addAll(FEW);
            assertThat(Ends.next(here.received(), FEW.size())).isEqualTo(FEW);
            assertThat(Ends.next(there.received(), FEW.size())).isEqualTo(FEW);
            Ends.until("all is acknowledged", () -> here.stats().acknowledged() == FEW.size() && there.stats().acknowledged() == FEW.size());
            assertThat(here.received()).isEmpty();
            assertThat(there.received()).isEmpty();
            return relay;
        }
    }

    private interface Exchange {
        Relay with(Relay.Cut cut) throws Exception;
    }

    /** Cuts an exchange after each of its bytes, in both directions, abruptly or not. */
    private static void everywhere(Exchange exchange) throws Exception {
        var whole = exchange.with(Relay.Cut.NONE);
        for (var forth : new boolean[] {true, false}) {
            var length = forth ? whole.forth() : whole.back();
            assertThat(length).as("an exchange").isGreaterThan(ReliablePeer.HELLO);
            for (long after = 0; after <= length; after++) {
                for (var abrupt : new boolean[] {true, false}) {
                    var cut = new Relay.Cut(forth, after, abrupt);
                    try {
                        exchange.with(cut);
                    } catch (Exception | AssertionError e) {
                        throw new AssertionError(cut.toString(), e);
                    }
                }
            }
        }
    }

    @Test
    void aCutAtAnyByteOfAShortExchangeIsNoHarm() throws Exception {
        everywhere(cut -> oneWay(cut, false));
    }

    @Test
    void norWhenAllIsAcknowledgedAtLastAndInAnotherOrder() throws Exception {
        everywhere(cut -> oneWay(cut, true));
    }

    @Test
    void norWhenBothSend() throws Exception {
        everywhere(this::bothWays);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void seeded(long seed, Work work) {
        try {
            work.run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1024, false", "2, 1024, true", "3, 16, false", "4, 16, true", "5, 1, false", "6, 2, false"})
    void norAreRandomCutsOfALongStream(long seed, int capacity, boolean late) {
        seeded(seed, () -> {
            var receiver = ends.with(reliable(ends.listen()).capacity(capacity).receiver().start());
            var relay = relay(receiver, Relay.Cut.random(seed, true, false));
            var sender = ends.with(reliable(Link.connect(ends.place.to(relay.address()))).capacity(capacity).sender().start());
            var sent = NumberedStream.sending(sender, seed, NumberedStream.LONGEST, () -> relay.cuts() >= CUTS);
            NumberedStream.receiving(receiver, seed, late, sent).get(PATIENCE, TimeUnit.SECONDS);
            Ends.until("all is acknowledged", () -> sender.stats().acknowledged() == sent.get());
            assertThat(receiver.received()).isEmpty();
            assertThat(receiver.stats().received()).isEqualTo(sent.get());
        });
    }

    @ParameterizedTest
    @CsvSource({"11, 1024, false", "12, 1024, true", "13, 16, true", "14, 3, false"})
    void norOfTwo(long seed, int capacity, boolean late) {
        seeded(seed, () -> {
            var here = ends.with(reliable(ends.listen()).capacity(capacity).duplex().start());
            var relay = relay(here, Relay.Cut.random(seed, true, true));
            var there = ends.with(reliable(Link.connect(ends.place.to(relay.address()))).capacity(capacity).duplex().start());
            bothWays(seed, here, there, late, NumberedStream.LONGEST, () -> relay.cuts() >= CUTS);
        });
    }

    private static void bothWays(long seed, Duplex<String> here, Duplex<String> there, boolean late, int longest, BooleanSupplier enough)
            throws Exception {
        var sentHere = NumberedStream.sending(here, seed, longest, enough);
        var sentThere = NumberedStream.sending(there, ~seed, longest, enough);
        var receivedThere = NumberedStream.receiving(there, seed, late, sentHere);
        NumberedStream.receiving(here, ~seed, late, sentThere).get(PATIENCE, TimeUnit.SECONDS);
        receivedThere.get(PATIENCE, TimeUnit.SECONDS);
        Ends.until("all is acknowledged", () -> here.stats().acknowledged() == sentHere.get() && there.stats().acknowledged() == sentThere.get());
        assertThat(here.received()).isEmpty();
        assertThat(there.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"21, 0.003, 7", "22, 0.02, 1000000"})
    void norIsABadNetwork(long seed, double chance, int piece) throws Throwable {
        var faulty = FaultyTransport.around(Transports.named("memory"), Faults.none().fragmenting(piece).resetting(chance), seed);
        faulty.check(bad -> {
            var here = ends.with(reliable(Link.listen(ends.place.server().transport(bad))).duplex().start());
            var there = ends.with(reliable(Link.connect(Connection.to(here.address()).transport(bad))).duplex().start());
            bothWays(seed, here, there, true, 40, () -> here.stats().connections() > 150);
        });
    }
}
