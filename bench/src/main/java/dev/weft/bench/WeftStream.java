package dev.weft.bench;

import java.io.IOException;

import dev.weft.net.Server;
import dev.weft.queue.Link;

/** {@code WeftStream [PORT]}: lines from one client after the other, through a link's queue to the thread that wants them. */
final class WeftStream {
    /** So that reading them can't be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private static volatile long bytes;

    private WeftStream() {}

    static void main(String[] args) throws IOException {
        try (var receiver = Link.listen(Server.tcp("127.0.0.1", Control.port(args))).receiver().start()) {
            Thread.ofVirtual().start(() -> {
                var sum = 0L;
                for (var message : receiver) {
                    sum += message.length;
                    bytes = sum;
                }
            });
            Control.serve(receiver.address().port());
        }
    }
}
