package dev.weft.chat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import dev.weft.net.Address;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Servers for tests: on a port of the system's choice, at a moment that stands still. */
final class Chats {
    static final Clock MOMENT = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    static final String STAMP = "[2026-01-02 03:04:05]";

    private Chats() {}

    /** Looks often: most of what is waited for here is there within a millisecond. */
    static ConditionFactory await() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).atMost(Duration.ofSeconds(20));
    }

    static ChatServer.Options classic() {
        return ChatServer.Options.defaults().clock(MOMENT).grace(Duration.ofSeconds(2));
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
