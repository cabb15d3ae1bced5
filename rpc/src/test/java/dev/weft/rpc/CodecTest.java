package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@DisplayName("Messages of other kinds than protocol buffers, and codecs that fail")
@Timeout(60)
class CodecTest {
    /** Fails for some texts. */
    private static final RpcCodec<String> PICKY = new RpcCodec<>() {
        @Override
        public String decode(InputStream in) throws IOException {
            var text = Words.TEXT.decode(in);
            if (text.startsWith("unreadable")) {
                throw new IOException(text);
            }
            if (text.startsWith("confusing")) {
                throw new IllegalArgumentException(text);
            }
            return text;
        }

        @Override
        public byte[] encode(String message) {
            if (message.startsWith("unspeakable")) {
                throw new IllegalStateException(message);
            }
            return Words.TEXT.encode(message);
        }
    };

    private static final RpcMethod<String, String> PICKY_SERVER = new RpcMethod<>("words.Words/Say", PICKY, PICKY);
    private static final RpcMethod<String, String> PICKY_LIST = new RpcMethod<>("words.Words/List", PICKY, PICKY);
    private static final RpcMethod<String, String> PICKY_CHAT = new RpcMethod<>("words.Words/Chat", PICKY, PICKY);

    private static final RpcService SERVICE = () -> RpcService.Definition.of(Words.NAME).unary(PICKY_SERVER, word -> word.replace("please ", ""))
            .serverStream(PICKY_LIST, (word, responses) -> {
                responses.send("first");
                responses.send(word.replace("please ", ""));
            }).exchange(PICKY_CHAT, (words, responses) -> words.forEach(responses::send));

    @EveryPlace
    void any_type_may_be_a_message(Place place) {
        try (var pair = place.open(SERVICE)) {
            for (var word : new String[] {"", "word", "grün 中文 😀", "x".repeat(100_000)}) {
                assertThat(Words.say(pair.client(), word)).isEqualTo(word);
            }
        }
    }

    @EveryPlace
    void a_request_that_the_server_cannot_read_is_internal(Place place) {
        try (var pair = place.open(SERVICE)) {
            for (var word : new String[] {"unreadable", "confusing"}) {
                assertThat(failure(() -> Words.say(pair.client(), word)).status()).isEqualTo(Status.INTERNAL);
                try (var words = Words.list(pair.client(), word)) {
                    assertThat(failure(words::receive).status()).isEqualTo(Status.INTERNAL);
                }
                try (var chat = Words.chat(pair.client())) {
                    chat.send("fine");
                    assertThat(chat.receive()).isEqualTo("fine");
                    chat.send(word);
                    assertThat(failure(chat::receive).status()).isEqualTo(Status.INTERNAL);
                }
            }
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @EveryPlace
    void a_response_that_the_server_cannot_write_is_internal(Place place) {
        var witness = new Witness();
        try (var pair = place.open(s -> s.observer(witness), c -> c, SERVICE)) {
            assertThat(failure(() -> Words.say(pair.client(), "please unspeakable")).status()).isEqualTo(Status.INTERNAL);
            assertThat(witness.failures).hasSize(1);
            try (var words = Words.list(pair.client(), "please unspeakable")) {
                assertThat(words.receive()).isEqualTo("first");
                assertThat(failure(words::receive).status()).isEqualTo(Status.INTERNAL);
            }
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @EveryPlace
    void a_response_that_the_client_cannot_read_is_internal_and_cancels_the_call(Place place) throws Exception {
        var stopped = new CompletableFuture<Boolean>();
        RpcService service = () -> RpcService.Definition.of(Words.NAME).unary(Words.SAY, word -> word).serverStream(Words.LIST, (word, responses) -> {
            responses.send("first");
            responses.send(word);
            try {
                Meanwhile.forEver();
            } finally {
                stopped.complete(Call.current().cancelled());
            }
        });
        try (var pair = place.open(service)) {
            assertThat(failure(() -> pair.client().unary(new RpcMethod<>("words.Words/Say", Words.TEXT, PICKY), CallOptions.defaults(), "confusing"))
                    .status()).isEqualTo(Status.INTERNAL);
            var list = new RpcMethod<>("words.Words/List", Words.TEXT, PICKY);
            try (var words = pair.client().serverStream(list, CallOptions.defaults(), "unreadable")) {
                assertThat(words.receive()).isEqualTo("first"); // what came before is received first
                assertThat(failure(words::receive).status()).isEqualTo(Status.INTERNAL);
            }
            assertThat(stopped.get()).isTrue();
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }

    @EveryPlace
    void a_request_that_the_client_cannot_write_is_its_own_failure(Place place) {
        try (var pair = place.open(SERVICE)) {
            assertThatThrownBy(() -> pair.client().unary(PICKY_SERVER, CallOptions.defaults(), "unspeakable"))
                    .isInstanceOf(IllegalStateException.class).hasMessage("unspeakable");
            assertThatThrownBy(() -> pair.client().serverStream(PICKY_LIST, CallOptions.defaults(), "unspeakable"))
                    .isInstanceOf(IllegalStateException.class);
            try (var chat = pair.client().exchange(PICKY_CHAT, CallOptions.defaults())) {
                assertThatThrownBy(() -> chat.send("unspeakable")).isInstanceOf(IllegalStateException.class);
                chat.send("the call goes on");
                assertThat(chat.receive()).isEqualTo("the call goes on");
            }
            assertThat(Words.say(pair.client(), "next")).isEqualTo("next");
        }
    }
}
