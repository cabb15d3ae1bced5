package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@DisplayName("Calls that are called off (SPEC RPC-9)")
@Timeout(60)
class CancellationTest {
    private static final String LOCALLY = "Locally cancelled by application!";

    private final Witness witness = new Witness();
    private final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

    private Place.Pair open(Place place, RpcService service) {
        return place.open(s -> s.observer(witness), c -> c, service);
    }

    private void work() throws InterruptedException {
        var call = Call.current();
        try {
            Meanwhile.forEver();
        } finally {
            cancelled.complete(call.cancelled());
        }
    }

    private void wasCancelled() throws Exception {
        assertThat(cancelled.get()).isTrue();
        await().until(() -> witness.ended.equals(List.of(Status.CANCELLED)));
        assertThat(witness.failures).isEmpty();
    }

    @EveryPlace
    void leaving_a_stream_early_stops_the_method(Place place) throws Exception {
        try (var pair = open(place, Words.listing((_, responses) -> {
            responses.send("one");
            work();
        }))) {
            var words = Words.list(pair.client(), "");
            assertThat(words.receive()).isEqualTo("one");
            words.close();
            var failure = failure(words::receive);
            assertThat(failure.status()).isEqualTo(Status.CANCELLED);
            assertThat(failure).hasMessage(LOCALLY);
            wasCancelled();
        }
    }

    @EveryPlace
    void a_method_that_goes_on_sending_is_stopped(Place place) throws Exception {
        var tries = new CompletableFuture<Status>();
        try (var pair = open(place, Words.listing((_, responses) -> {
            try {
                while (true) {
                    responses.send("more");
                }
            } catch (RpcException e) {
                tries.complete(e.status());
                throw e;
            }
        }))) {
            try (var words = Words.list(pair.client(), "")) {
                for (int i = 0; i < 100; i++) {
                    assertThat(words.receive()).isEqualTo("more");
                }
            }
            assertThat(tries.get()).isEqualTo(Status.CANCELLED);
            await().until(() -> pair.server().stats().active() == 0);
        }
    }

    @EveryPlace
    void closing_an_exchange_stops_the_method(Place place) throws Exception {
        try (var pair = open(place, Words.chatting((words, responses) -> {
            responses.send(words.receive());
            work();
        }))) {
            var chat = Words.chat(pair.client());
            chat.send("hello");
            assertThat(chat.receive()).isEqualTo("hello");
            chat.close();
            var failure = failure(() -> chat.send("more"));
            assertThat(failure.status()).isEqualTo(Status.CANCELLED);
            assertThat(failure).hasMessage(LOCALLY);
            assertThat(failure(chat::receive)).hasMessage(LOCALLY);
            chat.finish(); // does nothing
            wasCancelled();
        }
    }

    @EveryPlace
    void a_method_that_waits_for_requests_is_told(Place place) throws Exception {
        var told = new CompletableFuture<Status>();
        try (var pair = open(place, Words.chatting((words, responses) -> {
            responses.send(words.receive());
            try {
                words.receive();
            } catch (RpcException e) {
                told.complete(e.status());
            }
        }))) {
            try (var chat = Words.chat(pair.client())) {
                chat.send("hello");
                chat.receive();
            }
            assertThat(told.get()).isEqualTo(Status.CANCELLED);
        }
    }

    @EveryPlace
    void closing_it_frees_another_thread_that_waits(Place place) throws Exception {
        try (var pair = open(place, Words.chatting((words, responses) -> {
            responses.send(words.receive());
            work();
        }))) {
            var chat = Words.chat(pair.client());
            chat.send("hello");
            chat.receive();
            var waiting = Meanwhile.doing(() -> failure(chat::receive));
            chat.close();
            assertThat(waiting.get()).hasMessage(LOCALLY);
        }
    }

    @EveryPlace
    void closing_it_at_its_end_does_nothing(Place place) {
        try (var pair = open(place, Words.chatting((words, responses) -> words.forEach(responses::send)))) {
            try (var chat = Words.chat(pair.client())) {
                chat.send("hello");
                chat.finish();
                assertThat(chat).containsExactly("hello");
                assertThatThrownBy(chat::receive).isInstanceOf(NoSuchElementException.class);
                assertThatThrownBy(() -> chat.send("more")).isInstanceOf(IllegalStateException.class);
            }
            await().until(() -> witness.ended.equals(List.of(Status.OK)));
        }
    }

    @EveryPlace
    void interrupting_the_caller_cancels_the_call(Place place) throws Exception {
        var begun = new CountDownLatch(1);
        try (var pair = open(place, Words.saying(word -> {
            begun.countDown();
            work();
            return word;
        }))) {
            var interrupted = new CompletableFuture<Boolean>();
            var failure = new CompletableFuture<RpcException>();
            var caller = Thread.ofVirtual().start(() -> {
                failure.complete(failure(() -> Words.say(pair.client(), "")));
                interrupted.complete(Thread.currentThread().isInterrupted());
            });
            begun.await();
            caller.interrupt();
            assertThat(failure.get().status()).isEqualTo(Status.CANCELLED);
            assertThat(interrupted.get()).isTrue();
            wasCancelled();
        }
    }

    @EveryPlace
    void interrupting_one_that_sends_cancels_the_call(Place place) throws Exception {
        var begun = new CountDownLatch(1);
        try (var pair = open(place, Words.joining(words -> {
            begun.countDown();
            work();
            return words.receive();
        }))) {
            var failure = new CompletableFuture<RpcException>();
            var big = "x".repeat(100_000);
            var caller = Thread.ofVirtual().start(() -> failure.complete(failure(() -> Words.join(pair.client(), words -> {
                while (true) {
                    words.send(big);
                }
            }))));
            begun.await();
            caller.interrupt();
            assertThat(failure.get().status()).isEqualTo(Status.CANCELLED);
            wasCancelled();
        }
    }

    @EveryPlace
    void closing_the_client_cancels_its_calls(Place place) throws Exception {
        var begun = new CountDownLatch(1);
        try (var pair = open(place, Words.saying(word -> {
            begun.countDown();
            work();
            return word;
        }))) {
            var answer = Meanwhile.doing(() -> failure(() -> Words.say(pair.client(), "")));
            begun.await();
            pair.client().close();
            assertThat(answer.get().status()).isIn(Status.CANCELLED, Status.UNAVAILABLE);
            wasCancelled();
        }
    }
}
