package dev.weft.chat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import dev.weft.net.Address;

/**
 * What the server writes in front of a text: {@code [YYYY-MM-DD HH:MM:SS] ip:port} (SPEC CH-3).
 *
 * <p>The formatter and the time zone's data cost a start-up tens of milliseconds, so neither is touched before the first text.
 */
final class Stamp {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private Stamp() {}

    /** A client may have chosen its address, the path of a Unix socket: that is a text of its own, too. */
    static String of(Instant moment, ZoneId zone, Address sender) {
        return "[" + SECONDS.format(LocalDateTime.ofInstant(moment, zone)) + "] " + Stamps.line(sender.toString());
    }

    static String seconds(Instant moment) {
        return SECONDS.format(LocalDateTime.ofInstant(moment, ZoneId.systemDefault()));
    }
}
