package dev.weft.queue;

import static dev.weft.queue.Ends.line;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.weft.net.Backoff;
import dev.weft.queue.LinkStatus.State;
import dev.weft.testkit.Resources;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shutdown from every state: prompt, and nothing is left behind (SPEC SL-5, SL-BUG-2, SL-BUG-7). */
class LinkShutdownTest extends EveryPlaceTest {
    private static final Duration PROMPT = Duration.ofSeconds(6);
    private static final Pattern OURS = Pattern.compile("\"name\": \"((?:weft-)?(?:Server|Client|dial)[^\"]*)\"");

    private static void endsPromptly(Link link) throws Exception {
        var begun = System.nanoTime();
        link.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PROMPT);
        assertThat(link.status().state()).isEqualTo(State.ENDED);
        assertThat(link.connected()).isFalse();
        link.join();
    }

    @Test
    @DisplayName("SL-BUG-2: never started")
    void neverStarted() throws Exception {
        endsPromptly(ends.listen().duplex());
        endsPromptly(ends.connect(place.server().address()).duplex());
    }

    @Test
    @DisplayName("SL-BUG-2: twice, one after the other")
    void oneAfterTheOther() throws Exception {
        for (var link : List.of(ends.listen().duplex(), ends.listen().duplex().start())) {
            endsPromptly(link);
            endsPromptly(link);
        }
    }

    @Test
    @DisplayName("SL-BUG-2: waiting in accept")
    void accepting() throws Exception {
        endsPromptly(ends.listen().duplex().start());
    }

    @Test
    @DisplayName("SL-BUG-2: between two clients")
    void acceptingAgain() throws Exception {
        var link = ends.with(ends.listen().duplex().start());
        ends.dial(link).close();
        until(link, State.RECONNECTING);
        endsPromptly(link);
    }

    @Test
    @DisplayName("SL-BUG-2: connecting where nobody listens, between two attempts")
    void connectingToNobody() throws Exception {
        var nobody = ends.acceptor();
        nobody.close();
        var link = ends.with(Link.connect(place.to(nobody.address())).reconnect(Backoff.fixed(Duration.ofHours(1))).duplex().start());
        until("one has failed", () -> link.status().attempts() == 1);
        endsPromptly(link);
    }

    @Test
    @DisplayName("SL-BUG-2, SL-BUG-9: connecting to where no answer comes; and connectWithin bounds a single attempt")
    void connectingToNoAnswer() throws Exception {
        Assumptions.assumeTrue(place == Place.NIO || place == Place.EPOLL || place == Place.IO_URING, "plain TCP");
        try (var full = new ServerSocket()) {
            full.bind(new InetSocketAddress("127.0.0.1", 0), 1);
            var filling = fill(full.getLocalSocketAddress());
            var address = dev.weft.net.Address.of("127.0.0.1", full.getLocalPort());
            var link = ends.with(ends.connect(address).duplex().start());
            until("it dials", () -> ours().stream().anyMatch(t -> t.startsWith("weft-dial")));
            endsPromptly(link);
            var bounded = ends.with(ends.connect(address).connectWithin(Duration.ofMillis(300)).duplex().start());
            var begun = System.nanoTime();
            org.assertj.core.api.Assertions.assertThatExceptionOfType(java.io.UncheckedIOException.class).isThrownBy(bounded::join);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PROMPT);
            noThreadIsLeft();
            for (var socket : filling) {
                socket.close();
            }
        }
    }

    /** Fills a backlog, until the system answers no more. */
    private static List<Socket> fill(java.net.SocketAddress address) throws IOException {
        var all = new ArrayList<Socket>();
        while (all.size() < 20) {
            var socket = new Socket();
            all.add(socket);
            try {
                socket.connect(address, 200);
            } catch (SocketTimeoutException e) {
                return all;
            }
        }
        Assumptions.abort("SKIPPED: a full backlog answers here");
        return all;
    }

    @Test
    @DisplayName("SL-BUG-2: a peer that sends nothing, and an empty queue")
    void idle() throws Exception {
        for (Link link : List.of(ends.listen().duplex().start(), ends.listen().receiver().start(), ends.listen().sender().start())) {
            var peer = ends.dial(link);
            until(link, State.CONNECTED);
            endsPromptly(link);
            assertThat(peer.receive(1)).isEmpty();
        }
    }

    @Test
    @DisplayName("SL-BUG-2: within a pause between two messages")
    void pacing() throws Exception {
        var link = ends.with(ends.listen().asText().pace(Duration.ofHours(1)).sender().start());
        var peer = ends.dial(link);
        link.send("a");
        link.send("b");
        assertThat(line(peer)).isEqualTo("a");
        endsPromptly(link);
        assertThat(link.toSend()).containsExactly("b");
        assertThat(link.unsent()).isEmpty();
    }

    @Test
    @DisplayName("SL-BUG-2: a send that is blocked by a peer that reads nothing; what was not sent is told")
    void blockedSend() throws Exception {
        var toSend = new LinkedBlockingQueue<byte[]>();
        for (int n = 0; n < 300; n++) {
            toSend.add(new byte[100_000]);
        }
        var link = ends.with(ends.listen().sender(toSend).start());
        ends.dial(link);
        until("it is blocked", () -> toSend.size() < 300 && settled(toSend));
        endsPromptly(link);
        assertThat(link.unsent()).isNotEmpty();
        assertThat(link.unsent().size() + toSend.size() + link.stats().sent()).isEqualTo(300);
    }

    /** Whether nothing is taken any more: so it was a while ago, too. */
    private static boolean settled(LinkedBlockingQueue<byte[]> toSend) throws InterruptedException {
        var before = toSend.size();
        return new LinkedBlockingQueue<>().poll(50, TimeUnit.MILLISECONDS) == null && toSend.size() == before;
    }

    @Test
    @DisplayName("SL-BUG-2: a receiver whose queue is full")
    void blockedReceive() throws Exception {
        var link = ends.with(ends.listen().capacity(1).receiver().start());
        ends.dial(link).send("a\r\nb\r\n");
        until("its queue is full", () -> link.received().remainingCapacity() == 0);
        endsPromptly(link);
        assertThat(Ends.text(link.received().take())).isEqualTo("a");
    }

    @Test
    @DisplayName("SL-BUG-2: a duplex that is blocked both ways")
    void blockedBothWays() throws Exception {
        var toSend = new LinkedBlockingQueue<byte[]>();
        for (int n = 0; n < 300; n++) {
            toSend.add(new byte[100_000]);
        }
        var link = ends.with(ends.listen().duplex(new AckQueue<>(1), toSend).start());
        ends.dial(link).send("a\r\nb\r\nc\r\n");
        until("it is blocked", () -> link.received().size() == 1 && toSend.size() < 300 && settled(toSend));
        endsPromptly(link);
    }

    @ParameterizedTest
    @ValueSource(strings = {"receiver", "sender"})
    @DisplayName("SL-BUG-2: a peer that floods it")
    void flooded(String role) throws Exception {
        var builder = ends.listen();
        Link link = ends.with(role.equals("sender") ? builder.sender() : builder.receiver(new Sink()));
        link.start();
        var peer = ends.dial(link);
        var flooding = new FutureTask<>(() -> {
            var bytes = ("x".repeat(1_000) + "\r\n").repeat(500).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (long n = 0;; n += bytes.length) {
                try {
                    peer.send(bytes);
                } catch (IOException e) {
                    return n;
                }
            }
        });
        Thread.ofPlatform().daemon().start(flooding);
        until("it pours", () -> peer.bytesOut() > 10_000_000);
        endsPromptly(link);
        assertThat(flooding.get(10, TimeUnit.SECONDS)).isPositive();
    }

    /** A queue that takes everything and keeps nothing. */
    private static final class Sink extends LinkedBlockingQueue<byte[]> {
        private static final long serialVersionUID = 1;

        @Override
        public void put(byte[] message) {}
    }

    @Test
    @DisplayName("SL-BUG-2: by several threads at once, each of which finds it ended")
    void atOnce() throws Exception {
        var link = ends.with(ends.listen().duplex().start());
        ends.dial(link);
        until(link, State.CONNECTED);
        var all = new ArrayList<FutureTask<State>>();
        for (int n = 0; n < 6; n++) {
            var one = new FutureTask<>(() -> {
                link.close();
                return link.status().state();
            });
            all.add(one);
            Thread.ofPlatform().start(one);
        }
        for (var one : all) {
            assertThat(one.get(2, TimeUnit.SECONDS)).isEqualTo(State.ENDED);
        }
    }

    @Test
    @DisplayName("SL-BUG-2: by a thread that is interrupted, and stays so")
    void byAnInterruptedThread() throws Exception {
        var link = ends.with(ends.listen().duplex().start());
        ends.dial(link);
        Thread.currentThread().interrupt();
        link.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(link.status().state()).isEqualTo(State.ENDED);
    }

    @Test
    @DisplayName("SL-5: shutdown while it starts is one or the other, never a hang")
    void whileItStarts() throws Exception {
        for (int n = 0; n < 30; n++) {
            var link = ends.listen().receiver();
            var starting = new FutureTask<>(() -> {
                try {
                    link.start();
                    return "started";
                } catch (IllegalStateException e) {
                    return "refused";
                }
            });
            Thread.ofVirtual().start(starting);
            link.close();
            assertThat(starting.get(5, TimeUnit.SECONDS)).isIn("started", "refused");
            Ends.join(link);
        }
    }

    @Test
    @DisplayName("SL-BUG-7: neither descriptors nor threads are left, whatever has happened to a link")
    void nothingIsLeft() throws Exception {
        passOnce(); // what is made once for all is made now
        var before = Resources.descriptors();
        Assumptions.assumeTrue(before > 0, "SKIPPED: descriptors can't be counted here");
        for (int n = 0; n < 5; n++) {
            passOnce();
        }
        Resources.awaitDescriptors(before);
        noThreadIsLeft();
    }

    /** Clients come and go, attempts fail, links end. */
    private void passOnce() throws Exception {
        try (var here = new Ends(place)) {
            var server = here.with(here.listen().asText().duplex().start());
            for (int n = 0; n < 3; n++) {
                var client = here.with(here.connect(server.address()).asText().duplex().start());
                client.send("hello");
                assertThat(next(server.received())).isEqualTo("hello");
                client.close();
            }
            var nobody = here.acceptor();
            nobody.close();
            var vain = here.with(here.connect(nobody.address()).asText().duplex().start());
            until("some have failed", () -> vain.status().attempts() >= 3);
            here.dial(server).abort();
            server.close();
        }
    }

    @Test
    @DisplayName("its threads carry names that tell whose they are")
    void itsThreadsAreNamed() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var peer = ends.dial(link);
        link.send("hello");
        assertThat(line(peer)).isEqualTo("hello");
        assertThat(ours()).hasSize(3).allMatch(name -> name.startsWith("weft-Server"));
        link.close();
        noThreadIsLeft();
    }

    private static void noThreadIsLeft() {
        until("no thread is left", () -> ours().isEmpty());
    }

    /** The names of all threads that links have now; those of transports stay. */
    private static List<String> ours() throws IOException {
        var file = Files.createTempDirectory("weft").resolve("threads.json");
        try {
            var hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            hotspot.dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
            return OURS.matcher(Files.readString(file)).results().map(r -> r.group(1)).toList();
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.getParent());
        }
    }
}
