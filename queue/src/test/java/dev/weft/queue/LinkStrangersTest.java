package dev.weft.queue;

import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import dev.weft.net.Backoff;
import dev.weft.net.Framing;
import dev.weft.testkit.HostileText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What strangers can do to the log of a link, and to what it tells: no more than a few harmless lines. */
class LinkStrangersTest extends EveryPlaceTest {
    private static final int STRANGERS = 40;

    private final Logged logged = new Logged("dev.weft.queue.of-strangers");

    @AfterEach
    void forget() {
        logged.close();
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("who comes and goes, again and again, does not fill the log")
    void whoComesAndGoesDoesNotFillTheLog(Delivery delivery) throws Exception {
        var link = ends.with(ends.listen().logger(logged.logger()).delivery(delivery).duplex().start());
        for (int n = 0; n < STRANGERS; n++) {
            try (var peer = ends.place.to(link.address()).open()) {
                peer.send("\r\nno hello, and no more than this");
            }
            var come = n + 1;
            until("it was served", () -> link.stats().connections() == come);
        }
        assertThat(logged.lines()).hasSizeBetween(2, 12).allMatch(line -> line.startsWith("INFO "));
        assertThat(logged.records()).allMatch(r -> r.getThrown() == null);
    }

    @Test
    @DisplayName("nor who sends what can't be decoded, however often: a line or two, at INFO and without a stack, and all of it counted")
    void whatIsNoMessageDoesNotFillTheLog() throws Exception {
        var numbers = Framing.lines().map(Integer::parseInt, String::valueOf);
        var link = ends.with(ends.listen().as(numbers).delivery(Delivery.AT_LEAST_ONCE).logger(logged.logger()).receiver().start());
        var sender = ends.with(ends.connect(link.address()).as(Framing.lines()).delivery(Delivery.AT_LEAST_ONCE).sender().start());
        for (int n = 0; n < STRANGERS; n++) {
            sender.send("number " + n);
        }
        until("all are dropped", () -> link.stats().dropped() == STRANGERS);
        assertThat(logged.lines()).hasSizeBetween(2, 12).allMatch(line -> line.startsWith("INFO "));
        assertThat(logged.records()).allMatch(r -> r.getThrown() == null);
    }

    static java.util.List<String> hostile() {
        return HostileText.all();
    }

    @ParameterizedTest
    @MethodSource("hostile")
    @DisplayName("a peer's text does nothing in the log, nor in what the link tells of its end")
    void aPeersTextIsHarmless(String text) throws Exception {
        Framing<String> strict = Framing.delimited("END").map(bytes -> {
            throw new IllegalArgumentException("not a word: " + new String(bytes, StandardCharsets.UTF_8));
        }, word -> word.getBytes(StandardCharsets.UTF_8));
        var link = ends.with(ends.listen().as(strict).logger(logged.logger()).reconnect(Backoff.never()).receiver().start());
        ends.dial(link).send(text + "END");
        Ends.join(link);
        assertThat(link.status().lastFailure().orElseThrow().getMessage()).contains("not a word").matches(HostileText::isHarmless);
        assertThat(logged.lines()).anyMatch(line -> line.contains("not a word")).allMatch(HostileText::isHarmless);
    }
}
