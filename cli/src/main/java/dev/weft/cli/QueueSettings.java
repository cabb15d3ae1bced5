package dev.weft.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.queue.Delivery;
import dev.weft.queue.Link;
import dev.weft.queue.LinkBuilder;

/** A link as the command line describes it. */
final class QueueSettings {
    private static final int PORT = 12_345;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private QueueSettings() {}

    static LinkBuilder<String> read(Arguments arguments, boolean listens, boolean reconnects) {
        var port = arguments.value("--port", text -> Address.any(Arguments.number(text)).port()).orElse(PORT);
        var address = arguments.value("--ip", text -> Address.of(text, port)).orElse(Address.of("localhost", port));
        var link = wire(arguments, listens ? Link.listen(Server.at(address)) : Link.connect(Connection.to(address)));
        link.connectWithin(arguments.value("--timeout", Durations::parse).orElse(TIMEOUT));
        return reconnects ? link : link.reconnect(Backoff.never());
    }

    private static LinkBuilder<String> wire(Arguments arguments, LinkBuilder<byte[]> link) {
        var charset = arguments.value("--encoding", Charsets::named).orElse(StandardCharsets.UTF_8);
        var delivery = arguments.value("--delivery", QueueSettings::delivery).orElse(Delivery.AT_MOST_ONCE);
        var delimiter = arguments.value("--delimiter", QueueDelimiter::parse);
        if (delivery == Delivery.AT_LEAST_ONCE && delimiter.isPresent()) {
            throw arguments.wrong("--delimiter has no meaning with --delivery at-least-once, where each message has its length in front");
        }
        var wire = delimiter.isPresent() ? link.as(text(Framing.delimited(delimiter.get()), charset)) : link.asText(charset);
        return wire.delivery(delivery);
    }

    private static Framing<String> text(Framing<byte[]> bytes, Charset charset) {
        return bytes.map(message -> new String(message, charset), message -> message.getBytes(charset));
    }

    private static Delivery delivery(String word) {
        return switch (word) {
            case "at-most-once" -> Delivery.AT_MOST_ONCE;
            case "at-least-once" -> Delivery.AT_LEAST_ONCE;
            default -> throw new IllegalArgumentException("no such delivery: '" + word + "' (at-most-once, at-least-once)");
        };
    }
}
