package dev.weft.queue;

import static dev.weft.queue.Ends.bytes;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets the one place that a listening link has, and what ends those who only sit in it. */
class LinkPlaceTest extends EveryPlaceTest {
    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("strangers who say nothing do not keep the place from a peer that speaks, however many they are")
    void theSilentGiveWay(Delivery delivery) throws Exception {
        var link = ends.with(ends.listen().asText().delivery(delivery).receiver().start());
        for (int n = 0; n < 20; n++) {
            ends.dial(link);
        }
        var peer = ends.with(ends.connect(link.address()).asText().delivery(delivery).sender().start());
        peer.send("hello");
        assertThat(next(link.received())).isEqualTo("hello");
        assertThat(link.connected()).isTrue();
    }

    @Test
    @DisplayName("the one that gave way is told of as the one that was lost, and a link that does not reconnect goes on with the one that spoke")
    void theOneThatGaveWayIsNotTheLast() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        var link = ends.with(ends.listen().asText().reconnect(Backoff.never()).observer(new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                status.lastFailure().ifPresent(why -> told.add(String.valueOf(why.getMessage())));
            }
        }).duplex().start());
        var silent = ends.dial(link);
        until(link, State.CONNECTED);
        var peer = ends.dial(link);
        peer.send("hello\r\n");
        assertThat(next(link.received())).isEqualTo("hello");
        assertThat(link.stats().connections()).isEqualTo(2);
        assertThat(told).singleElement().asString().contains("was closed, as it had sent nothing and another connected");
        until("the silent one is gone", () -> isOver(silent));
        peer.close();
        Ends.join(link);
    }

    private static boolean isOver(Connection silent) {
        try {
            return silent.receive(1).length == 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    @DisplayName("whoever has said something keeps the place, and who speaks meanwhile waits")
    void theOneThatHasSpokenStays() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var first = ends.dial(link);
        var waiting = IntStream.range(0, 3).mapToObj(n -> place == Place.TLS ? null : dial(link)).toList(); // a TLS client waits for its handshake
        first.send("first\r\n");
        assertThat(next(link.received())).isEqualTo("first");
        for (var other : waiting) {
            if (other != null) {
                other.send("other\r\n");
            }
        }
        first.send("again\r\n");
        assertThat(next(link.received())).isEqualTo("again");
        assertThat(link.stats().connections()).isOne();
        first.close();
        for (var other : waiting) {
            if (other != null) {
                assertThat(next(link.received())).isEqualTo("other");
                other.close();
            }
        }
    }

    private Connection dial(Link link) {
        try {
            return ends.dial(link);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("a peer that need not speak keeps the place of a sender; one that takes nothing is ended by timeout")
    void whoOnlyTakesMayBeSilent() throws Exception {
        var link = ends.with(ends.listen().timeout(Duration.ofMillis(300)).sender().start());
        var silent = ends.dial(link);
        until(link, State.CONNECTED);
        var big = new ArrayList<>(IntStream.range(0, 100).mapToObj(n -> new byte[200_000]).toList());
        link.send(bytes("one"));
        assertThat(Ends.line(silent)).isEqualTo("one");
        link.toSend().addAll(big);
        until(link, State.RECONNECTING);
        var peer = ends.dial(link);
        assertThat(Ends.line(peer)).hasSize(200_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a link with silent callers ends at once, and they are told")
    void silentCallersDoNotKeepItFromItsEnd(boolean served) throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var callers = new ArrayList<Connection>();
        for (int n = 0; n < (served ? 3 : 1); n++) {
            callers.add(ends.dial(link));
        }
        until(link, State.CONNECTED);
        link.close();
        for (var caller : callers) {
            until("it is told", () -> isOver(caller));
        }
    }
}
