package dev.weft.chat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Servers for tests: on a port of the system's choice, at a moment that stands still. */
final class Chats {
    /** The machine's clock, but for the time of day, which stands still. */
    static final TimeSource MOMENT = new TimeSource() {
        @Override
        public long nanoTime() {
            return TimeSource.system().nanoTime();
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }

        @Override
        public Instant now() {
            return Instant.parse("2026-01-02T03:04:05Z");
        }
    };
    static final String STAMP = "[2026-01-02 03:04:05]";

    private Chats() {}

    /** Looks often: most of what is waited for here is there within a millisecond. */
    static ConditionFactory await() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).atMost(Duration.ofSeconds(20));
    }

    static ChatServer.Options classic() {
        return ChatServer.Options.defaults().time(MOMENT).zone(ZoneOffset.UTC).grace(Duration.ofSeconds(2));
    }

    static ChatServer.Options lines() {
        return classic().wire(ChatWire.lines());
    }

    static ChatServer start(ChatServer.Options options) throws IOException {
        return start(options, 0);
    }

    static ChatServer start(ChatServer.Options options, int port) throws IOException {
        return new ChatServer(Address.of("localhost", port), options).start();
    }
}
