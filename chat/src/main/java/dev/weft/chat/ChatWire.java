package dev.weft.chat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.weft.net.Deadlines;
import dev.weft.net.Framing;

/**
 * What lies between a chat server and its clients: the charset, and what one message is. Both ends must use the same. Immutable.
 *
 * @param unit what one message is
 * @param charset of both directions; what it can't say is sent as its replacement, mostly {@code ?}, and bytes that are no text are read as
 *        U+FFFD (SPEC CH-BUG-2)
 * @param limit the most bytes of one message from a client: a longer text is cut into several ({@link Unit#READ}), a longer line ends its
 *        sender's connection ({@link Unit#LINE}); from 16 to 128 Ki
 */
public record ChatWire(Unit unit, Charset charset, int limit) {
    /** One message. */
    public enum Unit {
        /** What one read brings, whatever that is; nothing is put behind a broadcast (SPEC CH-4). */
        READ,
        /** A line, ended by LF or CR LF; each broadcast ends in LF. */
        LINE
    }

    /** Four times this, and a stamp, is still what a client reads as one line: U+FFFD for a single byte takes that many in GB18030. */
    private static final int MOST = 128 * 1024;

    /** Checks that the charset can be read in such units. */
    public ChatWire {
        if (limit < 16 || limit > MOST) {
            throw new IllegalArgumentException("a limit of " + limit + " bytes a message is outside 16 to " + MOST);
        }
        framing(unit, charset);
        Framing.text(charset);
    }

    /** The original's: GBK, and a message is what one read of at most 1,024 bytes brings (SPEC CH-3, CH-4). */
    public static ChatWire classic() {
        return classic(Charset.forName("GBK"));
    }

    /**
     * As {@link #classic()} in another charset.
     *
     * @throws IllegalArgumentException for a charset with shift states (ISO-2022)
     */
    public static ChatWire classic(Charset charset) {
        return new ChatWire(Unit.READ, charset, 1_024);
    }

    /** UTF-8 lines of at most 16 KiB, which {@code nc} speaks. */
    public static ChatWire lines() {
        return lines(StandardCharsets.UTF_8);
    }

    /**
     * As {@link #lines()} in another charset.
     *
     * @throws IllegalArgumentException for a charset with shift states (ISO-2022), or whose line end is not the byte LF (UTF-16, EBCDIC)
     */
    public static ChatWire lines(Charset charset) {
        return new ChatWire(Unit.LINE, charset, 16 * 1024);
    }

    /** The same with another limit. */
    public ChatWire limit(int bytes) {
        return new ChatWire(unit, charset, bytes);
    }

    /** What a client writes and a server reads. */
    Framing<String> spoken() {
        return framing(unit, charset).limit(limit);
    }

    /** What a server writes: texts that {@link #broadcast} made. */
    Framing<String> broadcasts() {
        return Framing.text(charset);
    }

    /** What a client reads: a broadcast is longer than what was spoken. */
    Framing<String> heard() {
        return unit == Unit.READ ? spoken() : framing(unit, charset);
    }

    /** Puts the server's stamp in front of a client's text, and behind it what the unit demands. */
    String broadcast(String stamp, String text) {
        return switch (unit) {
            case READ -> stamp + " " + Stamps.paste(text);
            case LINE -> stamp + " " + Stamps.line(text) + "\n";
        };
    }

    /** Where one read is one message, a message in the making is half a character: that may wait as long as silence may. */
    Deadlines effective(Deadlines deadlines) {
        return unit == Unit.READ ? deadlines.message(Duration.ZERO) : deadlines;
    }

    private static Framing<String> framing(Unit unit, Charset charset) {
        return switch (unit) {
            case READ -> Framing.text(charset);
            case LINE -> Framing.lines(charset);
        };
    }
}
