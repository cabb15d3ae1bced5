package dev.weft.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

import dev.weft.net.Framing;

/** What a framing makes of messages. */
final class EncodedBytes {
    private EncodedBytes() {}

    static <T> byte[] of(Framing<T> framing, Iterable<T> messages) throws IOException {
        var out = new ByteArrayOutputStream();
        var data = new DataOutputStream(out);
        for (var message : messages) {
            framing.write(message, data);
        }
        return out.toByteArray();
    }
}
