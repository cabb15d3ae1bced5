package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.Faults;
import dev.weft.testkit.FaultyTransport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections that are lost at any moment of a request: while it is queued, while it is sent, before and after it is handled and answered.
 * A seed decides when.
 */
@Timeout(120)
class RequestRacesTest {
    private static final int ASKING = 6;
    private static final int REQUESTS = 40;

    private final ConcurrentHashMap<String, AtomicInteger> handled = new ConcurrentHashMap<>();
    /** What became of each request: its reply, or the failure's text. */
    private final ConcurrentHashMap<String, String> answered = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, String> failed = new ConcurrentHashMap<>();

    private void handle(Message m, Peer p, long seed) throws IOException {
        var fate = new SplittableRandom(seed * 31 + m.text().hashCode()).nextInt(12);
        if (fate == 0) {
            p.connection().abort(); // before it is handled
            return;
        }
        handled.computeIfAbsent(m.text(), _ -> new AtomicInteger()).incrementAndGet();
        if (fate == 1) {
            p.connection().abort(); // handled, not answered
            return;
        }
        p.send(m.reply("paid", m.text()));
        if (fate == 2) {
            p.flush();
            p.connection().shutdownOutput(); // answered, and the other end sees an end
        } else if (fate == 3) {
            p.close();
        }
    }

    private void ask(Peer peer, int who) {
        for (int i = 0; i < REQUESTS; i++) {
            var n = who + "-" + i;
            try {
                if (i % 3 == 0) {
                    try (var stream = peer.requestStream(Message.of("pay", n))) {
                        answered.put(n, stream.read(Ends.SOON).text());
                    }
                } else {
                    answered.put(n, peer.request("pay", n, Ends.SOON).text());
                }
            } catch (IOException e) {
                failed.put(n, e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aRequestIsHandledOnceAndAnsweredOrHasFailed(long seed) throws Throwable {
        var faults = Faults.none().fragmenting().resetting(0.005);
        FaultyTransport.around(Transports.named("memory"), faults, seed).check(rough -> {
            var atServer = new Messages().observer(Observed.failure((e, p) -> false)).on("pay", (m, p) -> handle(m, p, seed));
            var atClient = new Messages().reconnect(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(4)))
                    .observer(Observed.failure((e, p) -> false));
            try (var server = atServer.open(Server.at(Address.memory("races-" + seed)).transport(rough)).start()) {
                var peer = atClient.open(Connection.to(server.address()).transport(rough));
                var asking = new Thread[ASKING];
                for (int i = 0; i < ASKING; i++) {
                    var who = i;
                    asking[i] = Thread.ofVirtual().start(() -> ask(peer, who));
                }
                for (var thread : asking) {
                    thread.join();
                }
                peer.close();
                peer.join();
            }
            check();
        });
    }

    private void check() {
        assertThat(answered.size() + failed.size()).isEqualTo(ASKING * REQUESTS);
        assertThat(answered).isNotEmpty().allSatisfy((n, text) -> {
            assertThat(text).isEqualTo(n);
            assertThat(times(n)).as("times that %s was handled", n).isEqualTo(1);
        });
        assertThat(failed).isNotEmpty().allSatisfy((n, why) -> assertThat(times(n)).as("times that %s was handled: %s", n, why)
                .isLessThanOrEqualTo(why.contains("was not sent") || why.contains("is lost") ? 0 : 1));
        handled.forEach((n, times) -> assertThat(times.get()).as(n).isEqualTo(1));
    }

    private int times(String n) {
        var times = handled.get(n);
        return times == null ? 0 : times.get();
    }
}
