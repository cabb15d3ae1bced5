package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Clients that give calls up keep their connection; only those that reset streams as soon as they begin lose it")
@Timeout(60)
class GivenUpCallsTest {
    private static final int FEW = 5;
    private static final int MANY = 40;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static final String HEALTHY = "healthy";

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** Answers the healthy one when it may, and others not before they are interrupted. */
    private String serve(String word) throws InterruptedException {
        if (word.equals(HEALTHY)) {
            begun.countDown();
            go.await();
            return word;
        }
        Meanwhile.forEver();
        return word;
    }

    private FutureTask<String> healthy(RpcClient client) throws InterruptedException {
        var call = Meanwhile.doing(() -> Words.say(client, HEALTHY));
        begun.await();
        return call;
    }

    @EveryPlace
    void deadlinesThatPassAreNoAttack(Place place) throws Exception {
        try (var pair = place.open(s -> s.maxResets(FEW, Duration.ofMinutes(1)), c -> c, Words.saying(this::serve))) {
            var healthy = healthy(pair.client());
            var hasty = CallOptions.within(Duration.ofMillis(100));
            var callers = IntStream.range(0, MANY)
                    .mapToObj(i -> Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), hasty, "slow")).status())).toList();
            for (var caller : callers) {
                assertThat(caller.get()).isEqualTo(Status.DEADLINE_EXCEEDED);
            }
            go.countDown();
            assertThat(healthy.get()).isEqualTo(HEALTHY);
            assertThat(pair.server().stats().connections()).isEqualTo(1);
        }
    }

    @EveryPlace
    void norAreStreamsThatAreLeftWhenTheFirstAnswerIsThere(Place place) throws Exception {
        RpcService service = () -> RpcService.Definition.of(Words.NAME).unary(Words.SAY, this::serve).serverStream(Words.LIST, (word, answers) -> {
            answers.send(word);
            Meanwhile.forEver();
        });
        try (var pair = place.open(s -> s.maxResets(FEW, Duration.ofMinutes(1)), c -> c, service)) {
            var healthy = healthy(pair.client());
            for (int i = 0; i < MANY; i++) {
                try (var answers = Words.list(pair.client(), "first")) {
                    assertThat(answers.receive()).isEqualTo("first");
                }
            }
            go.countDown();
            assertThat(healthy.get()).isEqualTo(HEALTHY);
        }
    }

    @Test
    void streamsThatAreResetAsSoonAsTheyBeginAre() throws IOException {
        try (var server = RpcServer.tcp("127.0.0.1", 0).maxResets(FEW, Duration.ofMinutes(1)).start(new RouteService());
                var peer = Http2Peer.greeting(server.port())) {
            for (int i = 0; i < MANY; i++) {
                peer.call(1 + 2 * i, "routeguide.RouteGuide/RouteChat");
                peer.reset(1 + 2 * i);
            }
            peer.flush();
            var away = peer.read(Http2Peer.GOAWAY);
            assertThat(away).isNotNull();
            assertThat(away.errorCode()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void moreOfThemAreAllowedBesideStreamsThatEndWellAndInTheNextWindow() {
        var time = new ManualTime();
        var limit = new ResetLimit(2, Duration.ofSeconds(30), time);
        limit.endedWell();
        assertThat(limit.exceeded()).isFalse();
        assertThat(limit.exceeded()).isFalse();
        assertThat(limit.exceeded()).isFalse();
        assertThat(limit.exceeded()).isTrue();
        time.advance(Duration.ofSeconds(31));
        assertThat(limit.exceeded()).isFalse();
        assertThat(limit.exceeded()).isFalse();
        assertThat(limit.exceeded()).isTrue();
    }

    @Test
    void aStreamIsResetAsSoonAsItBeganWithinTenMilliseconds() {
        var time = new ManualTime();
        var limit = new ResetLimit(2, Duration.ofSeconds(30), time);
        var began = limit.now();
        time.advance(Duration.ofMillis(9));
        assertThat(limit.isRapid(began)).isTrue();
        time.advance(Duration.ofMillis(1));
        assertThat(limit.isRapid(began)).isFalse();
    }
}
