package dev.weft.queue;

import static dev.weft.queue.Ends.bytes;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an observer may do, and what it may not break. */
@Timeout(60)
class LinkObserverTest {
    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private static LinkObserver at(State state, BiConsumer<Link, LinkStatus> what) {
        return new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                if (status.state() == state) {
                    what.accept(link, status);
                }
            }
        };
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NEW")
    void theExceptionOfAnObserverChangesNothing(State state) throws Exception {
        passes(at(state, (_, _) -> {
            throw new IllegalStateException("an observer's own");
        }));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NEW")
    void theErrorOfAnObserverChangesNothing(State state) throws Exception {
        passes(at(state, (_, _) -> {
            throw new AssertionError("an observer's own");
        }));
    }

    private void passes(LinkObserver observer) throws Exception {
        var link = ends.with(ends.listen().asText().observer(observer).receiver());
        link.start();
        ends.dial(link).close();
        ends.dial(link).send("hello\r\n");
        assertThat(next(link.received())).isEqualTo("hello");
        link.close();
        Ends.join(link);
    }

    /** What the callback's shutdown did: nothing, or this. */
    private static void shutdown(Link link, CompletableFuture<String> outcome) {
        try {
            link.close();
            outcome.complete("returned");
        } catch (RuntimeException e) {
            outcome.complete(e.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NEW")
    @DisplayName("SL-BUG-2: a link may be shut down from its observer, whatever that is told")
    void anObserverMayShutTheLinkDown(State state) throws Exception {
        var outcome = new CompletableFuture<String>();
        var link = ends.with(ends.listen().observer(at(state, (l, _) -> shutdown(l, outcome))).duplex());
        link.start();
        if (state != State.CONNECTING) {
            ends.dial(link).close();
        }
        if (state == State.ENDED) {
            link.close();
        }
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("returned");
        Ends.join(link);
        assertThat(link.status().state()).isEqualTo(State.ENDED);
    }

    @Test
    @Timeout(8)
    @DisplayName("SL-BUG-2: a link may be shut down from its observer that hears of a refused message, at once")
    void anObserverOfRefusedMayShutTheLinkDown() throws Exception {
        var outcome = new CompletableFuture<String>();
        var link = ends.with(ends.listen().observer(new LinkObserver() {
            @Override
            public void refused(Link link, Object message, RuntimeException why) {
                shutdown(link, outcome);
            }
        }).sender().start());
        link.toSend().add(bytes("\r\n"));
        ends.dial(link);
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("returned");
        Ends.join(link);
    }

    @Test
    @Timeout(8)
    @DisplayName("SL-BUG-2: a link may be shut down from its observer that hears of a dropped message, at once")
    void anObserverOfDroppedMayShutTheLinkDown() throws Exception {
        var outcome = new CompletableFuture<String>();
        var link = ends.with(ends.listen().capacity(1).timeout(Duration.ofMillis(50)).observer(new LinkObserver() {
            @Override
            public void dropped(Link link, Object message, Exception why) {
                shutdown(link, outcome);
            }
        }).receiver().start());
        ends.dial(link).send("a\r\nb\r\n");
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("returned");
        Ends.join(link);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(8)
    @DisplayName("SL-BUG-2: a link may be shut down from its stop function, at once")
    void aStopFunctionMayShutTheLinkDown(boolean sends) throws Exception {
        var self = new CompletableFuture<Link>();
        var outcome = new CompletableFuture<String>();
        var builder = ends.listen().stopSending(() -> {
            shutdown(self.join(), outcome);
            return false;
        }).stopReceiving(() -> {
            shutdown(self.join(), outcome);
            return false;
        });
        Link link = ends.with(sends ? builder.sender() : builder.receiver());
        self.complete(link);
        link.start();
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("returned");
        Ends.join(link);
    }

    @Test
    @DisplayName("each failed attempt is told, with its number and its reason, and since does not move")
    void failedAttemptsAreTold() throws Exception {
        var acceptor = ends.acceptor();
        acceptor.close();
        var told = new LinkedBlockingQueue<LinkStatus>();
        var link = ends.with(ends.connect(acceptor.address()).observer(at(State.CONNECTING, (_, s) -> told.add(s))).receiver().start());
        var all = next(told, 4);
        assertThat(all).extracting(LinkStatus::attempts).containsExactly(0, 1, 2, 3);
        assertThat(all).extracting(LinkStatus::since).containsOnly(all.getFirst().since());
        assertThat(all.getLast().lastFailure()).hasValueSatisfying(e -> assertThat(e).hasMessageContaining(link.address().toString()));
    }

    @Test
    @DisplayName("the news of a link come in their order, each state as often as it is entered")
    void theNewsComeInOrder() throws Exception {
        var told = new LinkedBlockingQueue<State>();
        var link = ends.with(ends.listen().asText().observer(new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                told.add(status.state());
            }
        }).receiver());
        link.start();
        for (int n = 1; n <= 3; n++) {
            var connections = n;
            try (var peer = ends.dial(link)) {
                peer.send("a word\r\n"); // one that leaves without any may not be counted
            }
            until("it has come and gone", () -> link.stats().connections() == connections && link.status().state() == State.RECONNECTING);
        }
        link.close();
        assertThat(told).containsExactlyElementsOf(List.of(State.CONNECTING, State.CONNECTED, State.RECONNECTING, State.CONNECTED, State.RECONNECTING,
                State.CONNECTED, State.RECONNECTING, State.ENDED));
    }
}
