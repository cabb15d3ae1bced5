package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;

import dev.weft.rpc.routeguide.Feature;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Streams of messages, either way (SPEC RPC-1, RPC-5)")
@Timeout(60)
class StreamsTest {
    @EveryPlace
    void a_response_is_there_before_the_next_is_made(Place place) {
        var go = new CountDownLatch(1);
        try (var pair = place.open(Words.listing((_, responses) -> {
            responses.send("first");
            go.await();
            responses.send("second");
        })); var words = Words.list(pair.client(), "")) {
            assertThat(words.receive()).isEqualTo("first");
            go.countDown();
            assertThat(words.receive()).isEqualTo("second");
            assertThatThrownBy(words::receive).isInstanceOf(NoSuchElementException.class);
            assertThatThrownBy(words::receive).isInstanceOf(NoSuchElementException.class);
        }
    }

    @EveryPlace
    void a_request_is_there_before_the_next_is_sent(Place place) {
        var seen = new CountDownLatch(1);
        try (var pair = place.open(Words.joining(words -> {
            var first = words.receive();
            seen.countDown();
            return first + words.receive();
        }))) {
            assertThat(Words.join(pair.client(), words -> {
                words.send("a");
                seen.await();
                words.send("b");
            })).isEqualTo("ab");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @EveryPlace
    void thousands_keep_their_order(Place place) {
        try (var pair = place.open(Words.chatting((words, responses) -> words.forEach(responses::send))); var chat = Words.chat(pair.client())) {
            var sending = Meanwhile.doing(() -> {
                for (int i = 0; i < 3_000; i++) {
                    chat.send("w" + i);
                }
                chat.finish();
                return "sent";
            });
            var next = 0;
            for (var word : chat) {
                assertThat(word).isEqualTo("w" + next++);
            }
            assertThat(next).isEqualTo(3_000);
            assertThat(sending).isDone();
        }
    }

    @EveryPlace
    void a_stream_may_be_empty(Place place) {
        RpcService nothing = () -> RpcService.Definition.of(Words.NAME).serverStream(Words.LIST, (_, _) -> {})
                .clientStream(Words.JOIN, words -> String.join("", words)).exchange(Words.CHAT, (words, responses) -> words.forEach(responses::send));
        try (var pair = place.open(nothing); var chat = Words.chat(pair.client()); var words = Words.list(pair.client(), "")) {
            assertThat(words).isEmpty();
            assertThat(Words.join(pair.client(), _ -> {})).isEmpty();
            chat.finish();
            assertThat(chat).isEmpty();
        }
    }

    @EveryPlace
    void a_method_may_answer_before_it_has_read_everything(Place place) {
        try (var pair = place.open(Words.joining(Incoming::receive))) {
            assertThat(Words.join(pair.client(), words -> {
                while (true) { // ended by the answer
                    words.send("first");
                }
            })).isEqualTo("first");
        }
    }

    @EveryPlace
    void receiving_and_looping_go_on_where_the_other_stopped(Place place) {
        try (var pair = place.open(Words.listing((_, responses) -> List.of("a", "b", "c", "d", "e").forEach(responses::send)));
                var words = Words.list(pair.client(), "")) {
            assertThat(words.receive()).isEqualTo("a");
            var one = words.iterator();
            assertThat(one.hasNext()).isTrue();
            assertThat(one.hasNext()).isTrue();
            assertThat(words.receive()).isEqualTo("b");
            assertThat(one.next()).isEqualTo("c");
            assertThat(words.iterator().next()).isEqualTo("d");
            assertThat(words).containsExactly("e");
            assertThat(one.hasNext()).isFalse();
            assertThatThrownBy(one::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void nothing_can_be_sent_when_the_method_has_returned() {
        var kept = new ArrayList<Outgoing<String>>();
        try (var pair = Place.TCP.open(Words.listing((_, responses) -> kept.add(responses))); var words = Words.list(pair.client(), "")) {
            assertThat(words).isEmpty();
            assertThatThrownBy(() -> kept.getFirst().send("late")).isInstanceOf(IllegalStateException.class).hasMessageContaining("words.Words/List");
        }
    }

    @Test
    void a_service_is_tested_without_a_server() throws Exception {
        var service = new RouteService();
        var seen = new ArrayList<Feature>();
        service.listFeatures(RouteService.rectangle(10, 20), seen::add);
        assertThat(seen).hasSize(2);
        assertThat(service.recordRoute(Incoming.of(List.of(RouteService.point(1), RouteService.point(2)))).getPointCount()).isEqualTo(2);
        try (var given = Incoming.of(List.of("a", "b"))) {
            assertThat(given.receive()).isEqualTo("a");
            assertThat(given).containsExactly("b");
            assertThatThrownBy(given::receive).isInstanceOf(NoSuchElementException.class);
        }
    }
}
