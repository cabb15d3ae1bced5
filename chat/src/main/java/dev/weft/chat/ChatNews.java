package dev.weft.chat;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ServerObserver;
import dev.weft.net.TimeSource;
import dev.weft.net.support.RateLimit;
import dev.weft.net.support.SafeLog;

/**
 * What a chat server logs about its clients. They can't fill the log: 20 that come and 20 that go are logged in ten seconds, and at
 * the end of that time the number of the others. What they do wrong is limited as everywhere ({@link SafeLog#peer}), for each server by itself.
 */
final class ChatNews implements ServerObserver {
    private static final int MOST = 20;
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final SafeLog log;
    private final RateLimit coming;
    private final RateLimit going;

    ChatNews(TimeSource time) {
        log = new SafeLog(ChatLog.NAME, time);
        coming = limit(log, time, "accepted");
        going = limit(log, time, "bye bye:");
    }

    private static RateLimit limit(SafeLog log, TimeSource time, String what) {
        return new RateLimit(MOST, PERIOD, time,
                count -> log.log(Level.INFO, () -> what + " " + count + " more clients within " + PERIOD.toSeconds() + " s"));
    }

    /** SPEC CH-9. */
    void came(Connection c) {
        if (coming.pass()) {
            log.log(Level.INFO, () -> "accepted " + c.remote() + " -> " + c.local());
        }
    }

    /** SPEC CH-6. */
    void went(Address remote) {
        if (going.pass()) {
            log.log(Level.INFO, () -> "('" + remote.host() + "', " + remote.port() + ") bye bye");
        }
    }

    /** SPEC CH-7. */
    void broke(Address remote, IOException failure) {
        log.peer(() -> {
            var message = String.valueOf(failure.getMessage());
            return message.contains(remote.toString()) ? message : remote + ": " + message;
        });
    }

    @Override
    public void tooSlow(Connection c, String why) {
        log.peer(() -> c.remote() + " was disconnected: " + why);
    }
}
