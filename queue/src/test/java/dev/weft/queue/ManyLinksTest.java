package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many links that lose their connections again and again: exact counts, and nothing of them stays behind. */
@Timeout(120)
class ManyLinksTest {
    private static final int PAIRS = 24;
    private static final int CUTS = Boolean.getBoolean("weft.exhaustive") ? 100 : 10;
    private static final int PATIENCE = 60;
    private static final long MEGABYTE = 1 << 20;
    private static final Logger LOG = Logger.getLogger("dev.weft.queue");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern OURS = Pattern.compile("\"name\": \"((weft-|Server|Client|test-)[^\"]*)\"");

    @TempDir
    private static Path directory;

    /** Each cut is worth a line to a link, and none to a reader of this test. */
    @BeforeAll
    static void quiet() {
        LOG.setLevel(Level.WARNING);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(null);
    }

    /** Two links and what cuts their connections; which of them listens, and which sends, is the seed's to say. */
    private static final class Pair implements AutoCloseable {
        private final long seed;
        private final Link listening;
        private final Relay relay;
        private final Link dialing;
        private final List<CompletableFuture<Long>> sent = new ArrayList<>();
        private final List<CompletableFuture<Void>> received = new ArrayList<>();

        @SuppressWarnings("unchecked") // all of them carry strings
        Pair(long seed, int cuts) throws IOException {
            this.seed = seed;
            var here = reliable(Link.listen(Server.tcp("localhost", 0)));
            listening = switch ((int) (seed % 3)) {
                case 0 -> here.receiver().start();
                case 1 -> here.sender().start();
                default -> here.duplex().start();
            };
            var random = Relay.Cut.random(seed, seed % 3 != 1, seed % 3 != 0);
            relay = new Relay(Server.tcp("localhost", 0).listen(), Connection.to(listening.address()), limited(random, cuts));
            var there = reliable(Link.connect(Connection.to(relay.address())));
            dialing = switch ((int) (seed % 3)) {
                case 0 -> there.sender().start();
                case 1 -> there.receiver().start();
                default -> there.duplex().start();
            };
            if (seed % 3 != 1) {
                flow((Sender<String>) dialing, (Receiver<String>) listening, cuts);
            }
            if (seed % 3 != 0) {
                flow((Sender<String>) listening, (Receiver<String>) dialing, cuts);
            }
        }

        private static LinkBuilder<String> reliable(LinkBuilder<byte[]> link) {
            return link.asText().capacity(64).reconnect(Backoff.fixed(Duration.ofMillis(1))).delivery(Delivery.AT_LEAST_ONCE);
        }

        private static Supplier<Relay.Cut> limited(Supplier<Relay.Cut> cuts, int most) {
            var left = new int[] {most};
            return () -> left[0]-- > 0 ? cuts.get() : Relay.Cut.NONE;
        }

        private void flow(Sender<String> from, Receiver<String> to, int cuts) {
            var all = NumberedStream.sending(from, seed, NumberedStream.LONGEST, () -> relay.cuts() >= cuts);
            sent.add(all);
            received.add(NumberedStream.receiving(to, seed, seed % 2 == 0, all));
        }

        void check() throws Exception {
            for (var all : received) {
                all.get(PATIENCE, TimeUnit.SECONDS);
            }
            long total = 0;
            for (var all : sent) {
                total += all.get();
            }
            var expected = total;
            Ends.until("all is acknowledged", () -> listening.stats().acknowledged() + dialing.stats().acknowledged() == expected);
            assertThat(listening.stats().received() + dialing.stats().received()).isEqualTo(expected);
        }

        @Override
        public void close() {
            dialing.close();
            relay.close();
            listening.close();
        }
    }

    private static void run(int cuts) throws Exception {
        var pairs = new ArrayList<Pair>();
        try {
            for (long seed = 0; seed < PAIRS; seed++) {
                pairs.add(new Pair(seed, cuts));
            }
            for (var pair : pairs) {
                try {
                    pair.check();
                    assertThat(pair.relay.cuts()).isEqualTo(cuts);
                } catch (Exception | AssertionError e) {
                    throw new AssertionError("seed " + pair.seed + ", " + pair.listening.status() + ", " + pair.dialing.status(), e);
                }
            }
        } finally {
            pairs.forEach(Pair::close);
        }
    }

    /** What they are open for, without the numbers of sockets. */
    private static List<String> descriptors() throws IOException {
        var all = new ArrayList<String>();
        try (var links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (var link : links) {
                try {
                    all.add(Files.readSymbolicLink(link).toString().replaceAll("\\[\\d+]", ""));
                } catch (NoSuchFileException e) {
                    // That of the directory itself, or of somebody who has closed it meanwhile.
                }
            }
        }
        return all.stream().sorted().toList();
    }

    /** The names of all threads that are ours, virtual ones included. */
    private static List<String> threads() throws IOException {
        var dump = directory.resolve("threads.json");
        Files.deleteIfExists(dump);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(), ThreadDumpFormat.JSON);
        return OURS.matcher(Files.readString(dump)).results().map(found -> found.group(1)).sorted().toList();
    }

    private static long memory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void linksThatReconnectAgainAndAgainLoseNothingDoubleNothingAndLeaveNothing() throws Exception {
        run(3); // whatever is made once is made now
        Ends.until("the first round is over", () -> threads().stream().noneMatch(name -> name.startsWith("test-")));
        var descriptors = descriptors();
        var threads = threads();
        var memory = memory();
        run(CUTS);
        Awaitility.await().atMost(Ends.SOON).untilAsserted(() -> {
            assertThat(descriptors()).hasSizeLessThanOrEqualTo(descriptors.size());
            assertThat(threads()).hasSizeLessThanOrEqualTo(threads.size());
        });
        Ends.until("no more memory than " + memory + " and now " + memory(), () -> memory() < memory + 8 * MEGABYTE);
    }

    @Test
    void aThreadDumpShowsTheThreadsOfALink() throws Exception {
        var address = Address.memory("shown");
        try (var link = Link.listen(Server.at(address)).receiver().start()) {
            Ends.until("it waits for a peer", () -> threads().contains("weft-ServerReceiver"));
            assertThat(link.connected()).isFalse();
        }
        Ends.until("it is over", () -> !threads().contains("weft-ServerReceiver"));
    }
}
