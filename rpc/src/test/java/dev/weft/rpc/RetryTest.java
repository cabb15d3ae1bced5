package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Calls that are made again (gRFC A6)")
@Timeout(60)
class RetryTest {
    private static final Duration FIRST = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofMillis(20);

    private final AtomicInteger calls = new AtomicInteger();

    private static UnaryOperator<RpcClientBuilder> retrying(int attempts) {
        return client -> client.retry(attempts, FIRST, LONGEST, Status.UNAVAILABLE, Status.ABORTED);
    }

    /** Fails so often, with a status. */
    private RpcService failing(int times, Status status) {
        return Words.saying(word -> {
            if (calls.getAndIncrement() < times) {
                throw new RpcException(status, "busy");
            }
            return word;
        });
    }

    @EveryPlace
    void one_that_fails_twice_succeeds_the_third_time(Place place) {
        try (var pair = place.open(s -> s, retrying(4), failing(2, Status.UNAVAILABLE))) {
            assertThat(Words.say(pair.client(), "word")).isEqualTo("word");
            assertThat(calls).hasValue(3);
        }
    }

    @EveryPlace
    void so_many_times_and_no_more(Place place) {
        try (var pair = place.open(s -> s, retrying(3), failing(100, Status.ABORTED))) {
            assertThat(failure(() -> Words.say(pair.client(), "word")).status()).isEqualTo(Status.ABORTED);
            assertThat(calls).hasValue(3);
        }
    }

    @Test
    void not_for_another_status() {
        try (var pair = Place.TCP.open(s -> s, retrying(5), failing(1, Status.INTERNAL))) {
            assertThat(failure(() -> Words.say(pair.client(), "word")).status()).isEqualTo(Status.INTERNAL);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void not_unless_that_is_asked_for() {
        try (var pair = Place.TCP.open(failing(1, Status.UNAVAILABLE))) {
            assertThat(failure(() -> Words.say(pair.client(), "word")).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void not_when_something_has_been_received() {
        try (var pair = Place.TCP.open(s -> s, retrying(5), Words.listing((word, responses) -> {
            calls.incrementAndGet();
            responses.send(word);
            throw new RpcException(Status.UNAVAILABLE, "busy");
        })); var words = Words.list(pair.client(), "word")) {
            assertThat(words.receive()).isEqualTo("word");
            assertThat(failure(words::receive).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void requests_of_a_stream_are_sent_again() {
        try (var pair = Place.TCP.open(s -> s, retrying(4), Words.joining(words -> {
            var all = String.join(" ", words);
            if (calls.incrementAndGet() < 3) {
                throw new RpcException(Status.UNAVAILABLE, "busy");
            }
            return all;
        }))) {
            assertThat(Words.join(pair.client(), words -> {
                words.send("one");
                words.send("two");
            })).isEqualTo("one two");
            assertThat(calls).hasValue(3);
        }
    }

    @Test
    void what_makes_no_sense_is_refused() {
        var client = RpcClient.to("127.0.0.1", 1);
        assertThatThrownBy(() -> client.retry(1, FIRST, LONGEST, Status.UNAVAILABLE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1");
        assertThatThrownBy(() -> client.retry(6, FIRST, LONGEST, Status.UNAVAILABLE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.retry(3, FIRST, LONGEST)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.retry(3, FIRST, LONGEST, Status.OK)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.retry(3, Duration.ZERO, LONGEST, Status.UNAVAILABLE)).isInstanceOf(IllegalArgumentException.class);
    }
}
