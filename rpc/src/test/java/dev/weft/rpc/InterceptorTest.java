package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What runs around calls, at either side")
@Timeout(60)
class InterceptorTest {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private ServerInterceptor noting(String name) {
        return (_, next) -> {
            events.add(name + " before");
            try {
                next.run();
            } finally {
                events.add(name + " after");
            }
        };
    }

    /** Adds a header, and passes on what an operator makes of the messages. */
    private ClientInterceptor changing(String name, UnaryOperator<Object> request, UnaryOperator<Object> response) {
        return new ClientInterceptor() {
            @Override
            public <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options, Calls next) {
                events.add(name + " " + method.name());
                return new Changed<>(next.open(method, options.header("by", name)), request, response);
            }
        };
    }

    @SuppressWarnings("unchecked") // the messages are strings
    private record Changed<Q, R>(Exchange<Q, R> exchange, UnaryOperator<Object> request, UnaryOperator<Object> response) implements Exchange<Q, R> {
        @Override
        public void send(Q message) {
            exchange.send((Q) request.apply(message));
        }

        @Override
        public void finish() {
            exchange.finish();
        }

        @Override
        public R receive() {
            return (R) response.apply(exchange.receive());
        }

        @Override
        public Iterator<R> iterator() {
            var responses = exchange.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return responses.hasNext();
                }

                @Override
                public R next() {
                    return (R) response.apply(responses.next());
                }
            };
        }

        @Override
        public void close() {
            exchange.close();
        }
    }

    @Test
    void one_of_a_client_that_refuses_to_send_ends_the_call() {
        var refusing = changing("refusing", _ -> {
            throw new RpcException(Status.RESOURCE_EXHAUSTED, "too often");
        }, response -> response);
        try (var pair = Place.TCP.open(s -> s, c -> c.around(refusing), Words.listing((word, out) -> out.send(word)))) {
            assertThat(failure(() -> Words.list(pair.client(), "word")).status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
            await().untilAsserted(() -> assertThat(pair.server().stats().active()).isZero());
        }
    }

    @EveryPlace
    void the_servers_run_in_their_order_and_the_first_is_outermost(Place place) {
        try (var pair = place.open(s -> s.around(noting("one")).around(noting("two")), c -> c, Words.saying(word -> {
            events.add("method");
            return word;
        }))) {
            assertThat(Words.say(pair.client(), "word")).isEqualTo("word");
            assertThat(events).containsExactly("one before", "two before", "method", "two after", "one after");
        }
    }

    @EveryPlace
    void one_of_a_server_may_refuse_the_call(Place place) {
        ServerInterceptor authenticated = (call, next) -> {
            if (call.headers().get("authorization").isEmpty()) {
                throw new RpcException(Status.UNAUTHENTICATED, "who are you?");
            }
            next.run();
        };
        try (var pair = place.open(s -> s.around(noting("one")).around(authenticated), c -> c,
                () -> RpcService.Definition.of(Words.NAME).unary(Words.SAY, word -> word).serverStream(Words.LIST, (word, r) -> r.send(word)))) {
            var failure = failure(() -> Words.say(pair.client(), "word"));
            assertThat(failure.status()).isEqualTo(Status.UNAUTHENTICATED);
            assertThat(failure).hasMessage("who are you?");
            try (var words = Words.list(pair.client(), "word")) {
                assertThat(failure(words::receive).status()).isEqualTo(Status.UNAUTHENTICATED);
            }
            assertThat(Words.say(pair.client(), CallOptions.defaults().header("authorization", "me"), "word")).isEqualTo("word");
            assertThat(events).containsExactly("one before", "one after", "one before", "one after", "one before", "one after");
        }
    }

    @Test
    void one_of_a_server_may_translate_failures() {
        ServerInterceptor translating = (_, next) -> {
            try {
                next.run();
            } catch (IOException e) {
                throw new RpcException(Status.UNAVAILABLE, "the disk: " + e.getMessage(), e);
            }
        };
        var witness = new Witness();
        try (var pair = Place.TCP.open(s -> s.around(translating).observer(witness), c -> c, Words.saying(_ -> {
            throw new IOException("full");
        }))) {
            var failure = failure(() -> Words.say(pair.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failure).hasMessage("the disk: full");
            assertThat(witness.failures).isEmpty();
        }
    }

    @Test
    void what_one_of_a_server_throws_after_the_method_takes_the_place_of_the_response() {
        try (var pair = Place.TCP.open(s -> s.around((_, next) -> {
            next.run();
            throw new RpcException(Status.DATA_LOSS, "not written");
        }), c -> c, Words.saying(word -> word))) {
            assertThat(failure(() -> Words.say(pair.client(), "word")).status()).isEqualTo(Status.DATA_LOSS);
        }
    }

    @Test
    void one_of_a_server_that_runs_nothing_is_a_mistake_that_the_observer_sees() {
        var witness = new Witness();
        try (var pair = Place.TCP.open(s -> s.around((_, _) -> {}).observer(witness), c -> c, Words.saying(word -> word))) {
            assertThat(failure(() -> Words.say(pair.client(), "word")).status()).isIn(Status.UNKNOWN, Status.INTERNAL);
            assertThat(witness.failures).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void they_run_within_the_call() {
        try (var pair = Place.TCP.open(s -> s.around((call, next) -> {
            assertThat(Call.current()).isSameAs(call);
            call.trailers().set("seen", call.method());
            next.run();
        }), c -> c, Words.saying(word -> word))) {
            var reply = new Reply();
            Words.say(pair.client(), CallOptions.defaults().reply(reply), "");
            assertThat(reply.trailers().get("seen")).contains("words.Words/Say");
        }
    }

    @EveryPlace
    void the_clients_run_in_their_order_and_see_every_kind(Place place) {
        var one = changing("one", m -> m + "1", m -> m + "1");
        var two = changing("two", m -> m + "2", m -> m + "2");
        RpcService all = () -> RpcService.Definition.of(Words.NAME).unary(Words.SAY, word -> word + Call.current().headers().all("by"))
                .serverStream(Words.LIST, (word, responses) -> responses.send(word)).clientStream(Words.JOIN, words -> String.join("", words))
                .exchange(Words.CHAT, (words, responses) -> words.forEach(responses::send));
        try (var pair = place.open(s -> s, c -> c.around(one).around(two), all)) {
            assertThat(Words.say(pair.client(), "w")).isEqualTo("w12[one, two]21");
            assertThat(events).containsExactly("one words.Words/Say", "two words.Words/Say");
            try (var words = Words.list(pair.client(), "w")) {
                assertThat(words).containsExactly("w1221");
            }
            assertThat(Words.join(pair.client(), words -> {
                words.send("a");
                words.send("b");
            })).isEqualTo("a12b1221");
            try (var chat = Words.chat(pair.client())) {
                chat.send("w");
                assertThat(chat.receive()).isEqualTo("w1221");
            }
            assertThat(events).hasSize(8);
        }
    }

    @EveryPlace
    void one_of_a_client_may_refuse_the_call(Place place) {
        ClientInterceptor refusing = new ClientInterceptor() {
            @Override
            public <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options, Calls next) {
                throw new IllegalStateException("not today");
            }
        };
        try (var pair = place.open(s -> s, c -> c.around(refusing), Words.saying(word -> word))) {
            assertThatThrownBy(() -> Words.say(pair.client(), "")).isInstanceOf(IllegalStateException.class).hasMessage("not today");
            assertThat(pair.server().stats().begun()).isZero();
        }
    }

    @Test
    void one_of_a_client_may_answer_from_elsewhere() {
        ClientInterceptor twice = new ClientInterceptor() {
            @Override
            public <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options, Calls next) {
                var first = next.open(method, options);
                first.close(); // a second try, say
                return next.open(method, options);
            }
        };
        try (var pair = Place.TCP.open(s -> s, c -> c.around(twice), Words.joining(words -> {
            words.receive();
            return "enough";
        }))) {
            assertThat(Words.join(pair.client(), words -> {
                for (int i = 0; i < 100_000; i++) {
                    words.send("on and on"); // until the server has answered
                }
            })).isEqualTo("enough");
        }
    }
}
