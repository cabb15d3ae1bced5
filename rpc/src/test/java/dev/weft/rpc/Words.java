package dev.weft.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;

import dev.weft.rpc.RpcService.Definition;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A service of strings, with a method of each kind; what it does is the test's to say. It needs no .proto file, so no descriptor. */
final class Words {
    static final String NAME = "words.Words";

    static final RpcCodec<String> TEXT = new RpcCodec<>() {
        @Override
        public String decode(InputStream in) throws IOException {
            return new String(in.readAllBytes(), UTF_8);
        }

        @Override
        public byte[] encode(String message) {
            return message.getBytes(UTF_8);
        }
    };

    static final RpcMethod<String, String> SAY = method("Say");
    static final RpcMethod<String, String> LIST = method("List");
    static final RpcMethod<String, String> JOIN = method("Join");
    static final RpcMethod<String, String> CHAT = method("Chat");

    private Words() {}

    static RpcMethod<String, String> method(String name) {
        return new RpcMethod<>(NAME + "/" + name, TEXT, TEXT);
    }

    // Services.

    static RpcService saying(RpcService.Unary<String, String> body) {
        return () -> Definition.of(NAME).unary(SAY, body);
    }

    static RpcService listing(RpcService.ServerStream<String, String> body) {
        return () -> Definition.of(NAME).serverStream(LIST, body);
    }

    static RpcService joining(RpcService.ClientStream<String, String> body) {
        return () -> Definition.of(NAME).clientStream(JOIN, body);
    }

    static RpcService chatting(RpcService.BothStream<String, String> body) {
        return () -> Definition.of(NAME).exchange(CHAT, body);
    }

    // Calls.

    static String say(RpcClient client, String word) {
        return say(client, CallOptions.defaults(), word);
    }

    static String say(RpcClient client, CallOptions options, String word) {
        return client.unary(SAY, options, word);
    }

    static Incoming<String> list(RpcClient client, String word) {
        return client.serverStream(LIST, CallOptions.defaults(), word);
    }

    static <X extends Exception> String join(RpcClient client, Feed<String, X> words) throws X {
        return client.clientStream(JOIN, CallOptions.defaults(), words);
    }

    static Exchange<String, String> chat(RpcClient client) {
        return client.exchange(CHAT, CallOptions.defaults());
    }

    /** What a call fails with. */
    static RpcException failure(ThrowingCallable call) {
        return catchThrowableOfType(RpcException.class, call);
    }
}
