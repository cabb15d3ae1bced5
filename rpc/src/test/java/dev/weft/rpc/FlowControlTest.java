package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A slow reader makes the writer wait, and nobody else (SPEC RPC-17)")
@Timeout(120)
class FlowControlTest {
    private static final String KIB = "x".repeat(1024);
    /** What the two windows of a connection, its buffers and the messages that are read ahead may hold, and then some. */
    private static final long MOST = 8 * 1024;
    private static final Duration STEADY = Duration.ofMillis(100);

    private static final RpcCodec<byte[]> BYTES = new RpcCodec<>() {
        @Override
        public byte[] decode(InputStream in) throws IOException {
            return in.readAllBytes();
        }

        @Override
        public byte[] encode(byte[] message) {
            return message;
        }
    };

    /** Until whoever counts has stopped counting. */
    private static void standsStill(AtomicLong count) {
        var last = new AtomicLong(-1);
        await().during(STEADY).atMost(Duration.ofSeconds(30)).until(() -> last.getAndSet(count.get()) == count.get() && count.get() > 0);
    }

    @EveryPlace
    void a_server_waits_for_its_client(Place place) throws Exception {
        var sent = new AtomicLong();
        var messages = MOST + 100;
        try (var pair = place.open(Words.listing((_, responses) -> {
            for (int i = 0; i < messages; i++) {
                responses.send(KIB);
                sent.incrementAndGet();
            }
        })); var words = Words.list(pair.client(), "")) {
            standsStill(sent);
            assertThat(sent.get()).isLessThan(MOST);
            assertThat(pair.server().threads()).singleElement().extracting(Thread::getState).isEqualTo(Thread.State.WAITING);
            var received = 0;
            for (var word : words) {
                assertThat(word).hasSize(KIB.length());
                received++;
            }
            assertThat(received).isEqualTo(messages);
        }
    }

    @EveryPlace
    void a_client_waits_for_its_server(Place place) throws Exception {
        var sent = new AtomicLong();
        var messages = MOST + 100;
        var go = new CountDownLatch(1);
        try (var pair = place.open(Words.joining(words -> {
            go.await();
            var received = 0;
            for (var _ : words) {
                received++;
            }
            return "" + received;
        }))) {
            var answer = Meanwhile.doing(() -> Words.join(pair.client(), words -> {
                for (int i = 0; i < messages; i++) {
                    words.send(KIB);
                    sent.incrementAndGet();
                }
            }));
            standsStill(sent);
            assertThat(sent.get()).isLessThan(MOST);
            assertThat(answer.isDone()).isFalse();
            go.countDown();
            assertThat(answer.get()).isEqualTo("" + messages);
        }
    }

    @EveryPlace
    void a_slow_method_holds_up_no_other_call_on_the_connection(Place place) throws Exception {
        var go = new CountDownLatch(1);
        try (var pair = place.open(Words.saying(word -> {
            if (word.isEmpty()) {
                go.await();
            }
            return word;
        }))) {
            var slow = new ArrayList<Future<String>>();
            for (int i = 0; i < 50; i++) {
                slow.add(Meanwhile.doing(() -> Words.say(pair.client(), "")));
            }
            await().until(() -> pair.server().stats().active() == 50);
            for (int i = 0; i < 50; i++) {
                assertThat(Words.say(pair.client(), "w" + i)).isEqualTo("w" + i);
            }
            go.countDown();
            for (var answer : slow) {
                assertThat(answer.get()).isEmpty();
            }
        }
    }

    @EveryPlace
    void nor_do_streams_that_nobody_reads(Place place) {
        var sent = new AtomicLong();
        try (var pair = place.open(Words.chatting((words, responses) -> {
            if (words.receive().isEmpty()) {
                while (true) {
                    responses.send(KIB);
                    sent.incrementAndGet();
                }
            }
            responses.send("quick");
        }))) {
            var unread = new ArrayList<Exchange<String, String>>();
            for (int i = 0; i < 4; i++) {
                unread.add(Words.chat(pair.client()));
                unread.getLast().send("");
            }
            standsStill(sent);
            for (int i = 0; i < 20; i++) {
                try (var chat = Words.chat(pair.client())) {
                    chat.send("word");
                    assertThat(chat.receive()).isEqualTo("quick");
                }
            }
            unread.forEach(Exchange::close);
        }
    }

    @Test
    void many_megabytes_go_to_a_slow_reader_and_memory_does_not_grow() throws Exception {
        var message = new byte[64 * 1024];
        var messages = Boolean.getBoolean("weft.exhaustive") ? 16 * 1024 : 2 * 1024; // 1 GiB, or 128 MiB
        var method = new RpcMethod<>("big.Big/All", BYTES, BYTES);
        var sent = new AtomicLong();
        try (var pair = Place.TCP.open(() -> RpcService.Definition.of("big.Big").serverStream(method, (_, responses) -> {
            for (int i = 0; i < messages; i++) {
                responses.send(message);
                sent.incrementAndGet();
            }
        })); var all = pair.client().serverStream(method, CallOptions.defaults(), new byte[0])) {
            var received = 0L;
            var farthest = 0L;
            for (var part : all) {
                assertThat(part).hasSize(message.length);
                received++;
                if (received % (messages / 4) == 1) {
                    standsStill(sent); // so slow is the reader
                }
                farthest = Math.max(farthest, sent.get() - received);
            }
            assertThat(received).isEqualTo(messages);
            // Whatever is held somewhere has been sent, and not yet been received.
            assertThat(farthest * message.length).isLessThan(64L * 1024 * 1024);
        }
    }
}
