package dev.weft.message;

import static dev.weft.message.WireBytes.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.testkit.HostileText;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What peers do wrong is a few lines in a log, what hooks do wrong has its stack, and nothing in any line acts or hides. */
class MessageLogTest extends EveryPlaceTest {
    private static final int MANY = 30;

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler tap = new Handler() {
        @Override
        public void publish(LogRecord line) {
            records.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    /** Held, as java.util.logging forgets loggers that nobody holds. */
    private final List<Logger> loggers = List.of(Logger.getLogger("dev.weft.message"), Logger.getLogger("dev.weft.net"));

    @BeforeEach
    void listen() {
        loggers.forEach(logger -> logger.addHandler(tap));
    }

    @AfterEach
    void stopListening() {
        loggers.forEach(logger -> logger.removeHandler(tap));
    }

    /** Without the observer that other tests have, which logs nothing. */
    private Server serve(Messages messages) throws IOException {
        return ends.serve(messages, place.server());
    }

    private void assertHarmless() {
        assertThat(records).allSatisfy(r -> {
            assertThat(r.getMessage()).matches(HostileText::isHarmless);
            if (r.getThrown() != null) {
                assertThat(r.getThrown().toString()).matches(HostileText::isHarmless);
            }
        });
    }

    @Test
    void strangersFillNoLog() throws Exception {
        var messages = new Messages().on("point", (m, p) -> m.as(JsonCodec.of(int[].class)))
                .on("ask", (m, p) -> p.request("silence", "", java.time.Duration.ofMillis(1)));
        var server = serve(messages);
        var harms = new ArrayList<byte[]>();
        harms.add(new byte[1]);
        harms.add(hex("3c57 00000003 ffffff"));
        harms.add(hex("3c57 ffffffff 00"));
        harms.add(hex("3c57 00000010 08"));
        harms.add(WireBytes.written(Message.of("point", "no point at all")));
        harms.add(WireBytes.written(Message.of("ask", "")));
        for (int i = 0; i < MANY; i++) {
            for (var harm : harms) {
                try (var stranger = place.to(server).open()) {
                    stranger.send(harm);
                    if (i % 2 == 0) {
                        stranger.shutdownOutput();
                        drain(stranger);
                    } else if (i % 3 == 0) {
                        stranger.abort();
                    }
                }
            }
        }
        Awaitility.await().until(() -> server.stats().accepted() == (long) MANY * harms.size() && server.connections().isEmpty());
        assertThat(server.stats().failed()).isGreaterThan(MANY);
        assertThat(records).as("%s", records).hasSizeLessThan(30).allSatisfy(r -> {
            assertThat(r.getLevel()).isEqualTo(Level.INFO);
            assertThat(r.getThrown()).isNull();
        });
    }

    private static void drain(Connection c) {
        try {
            while (c.receive(1_000).length > 0) {
                // to its end
            }
        } catch (IOException e) {
            // Reset, as it deserves.
        }
    }

    @Test
    void aServerThatSendsNonsenseIsOneLineInItsClientsLog() throws Exception {
        var nonsense = place.server().open(c -> {
            c.send(hex("3c57 00000003 ffffff"));
            c.receive(1);
        });
        try (var server = nonsense.start(); var peer = new Messages().open(place.to(server))) {
            assertThatThrownBy(peer::join).hasCauseInstanceOf(MalformedMessageException.class);
            assertThat(peer.failure()).get().isInstanceOf(MalformedMessageException.class);
        }
        assertThat(records).filteredOn(r -> r.getLoggerName().equals("dev.weft.message")).singleElement().satisfies(r -> {
            assertThat(r.getLevel()).isEqualTo(Level.INFO);
            assertThat(r.getMessage()).contains("has ended").contains("is no message");
            assertThat(r.getThrown()).isNull();
        });
    }

    @Test
    void whatAHookDoesWrongKeepsItsStack() throws Exception {
        Hook fails = (m, p) -> {
            throw new IllegalStateException("not today");
        };
        var server = serve(new Messages().on("go", fails).observer(Observed.open(p -> p.send("go", ""))));
        try (var peer = new Messages().on("go", fails).observer(Observed.open(p -> p.send("go", ""))).open(place.to(server))) {
            assertThat(catchThrowable(peer::join)).isNotInstanceOf(Error.class);
        }
        Awaitility.await().until(() -> server.connections().isEmpty());
        assertThat(records).anySatisfy(r -> assertThat(r.getLoggerName()).isEqualTo("dev.weft.message")).allSatisfy(r -> {
            assertThat(r.getLevel()).isEqualTo(Level.SEVERE);
            assertThat(r.getThrown()).isInstanceOf(IllegalStateException.class);
            assertThat(r.getThrown().getStackTrace()).anyMatch(frame -> frame.getClassName().startsWith(MessageLogTest.class.getName()));
        });
    }

    @Test
    void noHostileTextGetsIntoALog() throws Exception {
        for (var text : HostileText.all()) {
            var atServer = new Messages().on("fail", (m, p) -> {
                throw new IOException("cannot do " + m.text());
            });
            var atClient = new Messages().name(text).on(text, (m, p) -> {
                throw new IllegalStateException(m.text());
            });
            var server = serve(atServer.observer(Observed.open(p -> p.send(text, text))));
            try (var peer = atClient.observer(Observed.open(p -> {
                p.send(text, text);
                p.send("fail", text);
            })).open(place.to(server))) {
                assertThat(catchThrowable(peer::join)).isNotInstanceOf(Error.class);
            }
            Awaitility.await().until(() -> server.connections().isEmpty());
            server.close();
        }
        assertThat(records).isNotEmpty();
        assertHarmless();
    }
}
