package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("How many calls there are at once (SPEC RPC-10)")
@Timeout(60)
class CallLimitsTest {
    @EveryPlace
    void two_methods_run_and_two_calls_wait(Place place) throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var go = new Semaphore(0);
        try (var pair = place.open(s -> s.handlerLimit(2), c -> c, Words.saying(word -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            go.acquire();
            running.decrementAndGet();
            return word;
        }))) {
            var answers = IntStream.range(0, 4).mapToObj(i -> Meanwhile.doing(() -> Words.say(pair.client(), "w" + i))).toList();
            await().until(() -> pair.server().stats().active() == 4 && running.get() == 2);
            assertThat(pair.server().stats().rejected()).isZero();
            go.release(4);
            for (int i = 0; i < 4; i++) {
                assertThat(answers.get(i).get()).isEqualTo("w" + i);
            }
            assertThat(most).hasValue(2);
        }
    }

    @Test
    void they_wait_in_the_order_in_which_they_came() {
        var calls = 100;
        var order = Collections.synchronizedList(new ArrayList<String>());
        var go = new CountDownLatch(1);
        try (var pair = Place.TCP.open(s -> s.handlerLimit(1), c -> c, Words.chatting((words, _) -> {
            go.await();
            order.add(words.receive());
        }))) {
            var chats = new ArrayList<Exchange<String, String>>();
            for (int i = 0; i < calls; i++) { // one connection, so they come as they are begun
                chats.add(Words.chat(pair.client()));
                chats.getLast().send("w" + i);
            }
            await().until(() -> pair.server().stats().active() == calls);
            go.countDown();
            chats.forEach(chat -> assertThat(chat).isEmpty());
            assertThat(order).containsExactlyElementsOf(IntStream.range(0, calls).mapToObj(i -> "w" + i).toList());
        }
    }

    @Test
    void one_that_is_called_off_while_it_waits_takes_nobodys_turn() throws Exception {
        var go = new CountDownLatch(1);
        var seen = Collections.synchronizedList(new ArrayList<String>());
        try (var pair = Place.TCP.open(s -> s.handlerLimit(1), c -> c, Words.chatting((words, responses) -> {
            responses.send("begun");
            go.await();
            words.forEach(seen::add);
        }))) {
            var first = Words.chat(pair.client());
            assertThat(first.receive()).isEqualTo("begun");
            var second = Words.chat(pair.client());
            await().until(() -> pair.server().stats().active() == 2);
            var third = Words.chat(pair.client());
            await().until(() -> pair.server().stats().active() == 3);
            second.close();
            await().until(() -> pair.server().stats().active() == 2);
            go.countDown();
            first.finish();
            third.finish();
            assertThat(third).containsExactly("begun");
            assertThat(first).isEmpty();
        }
    }

    @EveryPlace
    void one_too_many_is_refused(Place place) throws Exception {
        var witness = new Witness();
        var go = new CountDownLatch(1);
        try (var pair = place.open(s -> s.maxCalls(2).observer(witness), c -> c, Words.saying(word -> {
            go.await();
            return word;
        }))) {
            var answers = List.of(Meanwhile.doing(() -> Words.say(pair.client(), "one")), Meanwhile.doing(() -> Words.say(pair.client(), "two")));
            await().until(() -> pair.server().stats().active() == 2);
            var failure = failure(() -> Words.say(pair.client(), "three"));
            assertThat(failure.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
            assertThat(failure).hasMessage("Concurrent RPC limit exceeded!");
            assertThat(witness.rejected).containsExactly("words.Words/Say: RESOURCE_EXHAUSTED Concurrent RPC limit exceeded!");
            assertThat(pair.server().stats().rejected()).isOne();
            go.countDown();
            assertThat(answers.get(0).get()).isEqualTo("one");
            assertThat(answers.get(1).get()).isEqualTo("two");
            assertThat(Words.say(pair.client(), "four")).isEqualTo("four");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UNIX", "MEMORY"})
    void a_place_is_free_again_when_the_client_has_its_answer(Place place) {
        try (var pair = place.open(s -> s.maxCalls(1), c -> c, Words.saying(word -> word))) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(Words.say(pair.client(), "w" + i)).isEqualTo("w" + i);
            }
        }
    }

    @EveryPlace
    void and_when_it_has_a_failure(Place place) {
        try (var pair = place.open(s -> s.maxCalls(1), c -> c, Words.listing((word, responses) -> {
            responses.send(word);
            throw new RpcException(Status.ABORTED, "enough");
        }))) {
            for (int i = 0; i < 100; i++) {
                try (var words = Words.list(pair.client(), "w" + i)) {
                    assertThat(words.receive()).isEqualTo("w" + i);
                    assertThat(failure(words::receive).status()).isEqualTo(Status.ABORTED);
                }
            }
        }
    }

    @Test
    void one_connection_has_so_many_calls_and_the_next_waits() throws Exception {
        var go = new Semaphore(0);
        try (var pair = Place.TCP.open(s -> s.maxCallsPerConnection(2), c -> c, Words.saying(word -> {
            go.acquire();
            return word;
        }))) {
            go.release();
            Words.say(pair.client(), "to know the limit");
            var answers = IntStream.range(0, 3).mapToObj(i -> Meanwhile.doing(() -> Words.say(pair.client(), "w" + i))).toList();
            await().until(() -> pair.server().stats().active() == 2);
            try (var another = Place.TCP.client(pair.server()).open()) {
                var answer = Meanwhile.doing(() -> Words.say(another, "other"));
                await().until(() -> pair.server().stats().active() == 3); // its own two, and not yet the third of the other
                go.release(4);
                assertThat(answer.get()).isEqualTo("other");
            }
            for (int i = 0; i < 3; i++) {
                assertThat(answers.get(i).get()).isEqualTo("w" + i);
            }
            assertThat(pair.server().stats().rejected()).isZero();
        }
    }

    @Test
    void limits_are_positive() {
        var builder = RpcServer.tcp(0);
        assertThatThrownBy(() -> builder.maxCalls(0)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0");
        assertThatThrownBy(() -> builder.handlerLimit(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
        assertThatThrownBy(() -> builder.maxCallsPerConnection(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxConnections(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxMessageSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxHeaderSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RpcClient.to("localhost", 1).maxMessageSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RpcClient.to("localhost", 1).maxHeaderSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CallOptions.defaults().maxMessageSize(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
