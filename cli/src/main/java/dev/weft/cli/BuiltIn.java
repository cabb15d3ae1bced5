package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramBuilder;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Framing;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeText;

/**
 * A handler that comes with the command.
 *
 * @param name its word on the command line
 * @param connections serves TCP and Unix sockets
 * @param datagrams serves UDP
 */
record BuiltIn(String name, Handler connections, DatagramHandler datagrams) implements Serveable {
    static final List<String> NAMES = List.of("echo", "upper", "upper-line", "discard", "daytime");

    private static final int BUFFER = 8_192;

    /** By its word; {@code terminal} gets what it prints. */
    static Optional<Serveable> named(String word, Terminal terminal) {
        return Optional.ofNullable(switch (word) {
            case "echo" -> new BuiltIn(word, BuiltIn::echo, LoopGuard.guarded(d -> d.reply(d.data())));
            case "upper" -> new BuiltIn(word, c -> upper(c, terminal),
                    LoopGuard.guarded(d -> d.reply(upper(d.data(), d.sender(), terminal))));
            case "upper-line" -> new BuiltIn(word, c -> upperLine(c, terminal),
                    LoopGuard.guarded(d -> d.reply(upper(firstLine(d), d.sender(), terminal))));
            case "discard" -> new BuiltIn(word, BuiltIn::discard, _ -> {});
            case "daytime" -> new BuiltIn(word, c -> c.send(daytime()), LoopGuard.guarded(d -> d.reply(daytime())));
            default -> null;
        });
    }

    @Override
    public Serveable inWorkers() {
        return new HandlerClass(InWorkers.named(name));
    }

    @Override
    public Server open(StreamBuilder server) throws IOException {
        return server.open(connections);
    }

    @Override
    public Server open(DatagramBuilder server) throws IOException {
        return server.open(datagrams);
    }

    /** RFC 862. Between two reads it may be drained. */
    private static void echo(Connection c) throws IOException {
        while (c.awaitMessage()) {
            c.send(c.receive(BUFFER));
        }
    }

    /** RFC 863. */
    private static void discard(Connection c) throws IOException {
        while (c.awaitMessage()) {
            c.receive(BUFFER);
        }
    }

    /** SPEC SS-E1: one recv, whatever of the request that brings. */
    private static void upper(Connection c, Terminal terminal) throws IOException {
        c.send(upper(c.receive(1_024), c.remote(), terminal));
    }

    /** SPEC SS-E2: one line, however many reads that takes. */
    private static void upperLine(Connection c, Terminal terminal) throws IOException {
        // Latin 1 has a character for every byte, so the line's bytes stay what they are.
        var line = c.frames(Framing.lines(StandardCharsets.ISO_8859_1)).read();
        c.send(upper(line.getBytes(StandardCharsets.ISO_8859_1), c.remote(), terminal));
    }

    private static byte[] upper(byte[] request, Address peer, Terminal terminal) {
        var stripped = AsciiBytes.strip(request);
        // One call, so that two requests don't print into each other.
        terminal.sayLines(SafeText.oneLine(who(peer)) + " wrote:" + System.lineSeparator() + BytesLiteral.of(stripped));
        return AsciiBytes.upper(stripped);
    }

    private static String who(Address peer) {
        return peer.kind() == Address.Kind.INET ? peer.host() : peer.toString();
    }

    private static byte[] firstLine(Datagram d) {
        var text = new String(d.data(), StandardCharsets.ISO_8859_1);
        var end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** RFC 867, in the first of the forms it proposes. */
    private static String daytime() {
        return DateTimeFormatter.ofPattern("EEEE, MMMM d, uuuu HH:mm:ss-zzz", Locale.ENGLISH)
                .format(ZonedDateTime.ofInstant(TimeSource.system().now(), ZoneId.systemDefault())) + "\r\n";
    }
}
