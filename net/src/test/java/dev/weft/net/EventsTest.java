package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording shows of a server. */
@Timeout(120)
class EventsTest {
    private static final ServerObserver SILENT = new ServerObserver() {
        @Override
        public void failed(Connection c, Throwable failure) {
            // that is what is recorded
        }
    };

    @TempDir
    Path folder;

    private interface Deeds {
        void run() throws Exception;
    }

    private List<RecordedEvent> recorded(Deeds deeds) throws Exception {
        var file = folder.resolve("weft.jfr");
        try (var recording = new Recording()) {
            for (var name : List.of("Accepted", "Rejected", "Handshake", "Closed", "HandlerFailed", "Drained")) {
                recording.enable("dev.weft." + name);
            }
            recording.start();
            deeds.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream().filter(e -> e.getEventType().getName().startsWith("dev.weft.")).toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        var named = events.stream().filter(e -> e.getEventType().getName().equals("dev.weft." + name)).toList();
        assertThat(named).as(name).hasSize(1);
        return named.getFirst();
    }

    @Test
    void aConversationIsRecordedFromItsAcceptToTheDrain() throws Exception {
        var client = new Address[1];
        var events = recorded(() -> {
            try (var server = Server.tcp("localhost", 0).name("recorded")
                    .tls(Tls.server(TestCertificates.chain("server"), TestCertificates.key("server")))
                    .observer(SILENT).open(c -> {
                        c.send(c.readLine() + "!");
                        throw new IllegalStateException("on purpose");
                    }).start()) {
                try (var c = Connection.to(server.address()).tls(Tls.client().trust(TestCertificates.authority())).open()) {
                    client[0] = c.local();
                    c.send("hello\n");
                    c.input().readAllBytes();
                }
            }
        });
        assertThat(events).allSatisfy(e -> assertThat(e.getEventType().getCategoryNames()).contains("Weft"));

        var accepted = only(events, "Accepted");
        assertThat(accepted.getString("server")).isEqualTo("recorded");
        assertThat(accepted.getString("remote")).isEqualTo(client[0].toString());
        var connection = accepted.getLong("connection");

        var handshake = events.stream().filter(e -> e.getEventType().getName().equals("dev.weft.Handshake"))
                .filter(e -> e.getLong("connection") == connection).findFirst().orElseThrow();
        assertThat(handshake.getString("protocol")).isEqualTo("TLSv1.3");
        assertThat(handshake.getString("cipherSuite")).startsWith("TLS_");
        assertThat(handshake.getDuration("took")).isPositive();

        var failed = only(events, "HandlerFailed");
        assertThat(failed.getString("server")).isEqualTo("recorded");
        assertThat(failed.getString("remote")).isEqualTo(client[0].toString());
        assertThat(failed.getString("failure")).isEqualTo("java.lang.IllegalStateException: on purpose");

        var closed = only(events, "Closed");
        assertThat(closed.getString("server")).isEqualTo("recorded");
        assertThat(closed.getLong("connection")).isEqualTo(connection);
        assertThat(closed.getLong("bytesIn")).isEqualTo(6);
        assertThat(closed.getLong("bytesOut")).isEqualTo(6);
        assertThat(closed.getDuration("age")).isPositive();

        var drained = only(events, "Drained");
        assertThat(drained.getString("server")).isEqualTo("recorded");
        assertThat(drained.getDuration("took")).isPositive();
        assertThat(drained.getInt("interrupted")).isZero();
        assertThat(drained.getInt("aborted")).isZero();
    }

    @Test
    void aConnectionThatIsTurnedAwayIsRecordedWithItsReason() throws Exception {
        var events = recorded(() -> {
            try (var _ = Server.at(Address.memory("rejecting")).name("strict").verify(_ -> false).open(_ -> {}).start();
                    var c = Connection.to(Address.memory("rejecting")).open()) {
                assertThat(c.receive(1)).isEmpty();
            }
        });
        var rejected = only(events, "Rejected");
        assertThat(rejected.getString("server")).isEqualTo("strict");
        assertThat(rejected.getString("remote")).startsWith("memory:rejecting-client-");
        assertThat(rejected.getString("reason")).isEqualTo("verify said no");
    }

    @Test
    void noStackIsTakenForAnEvent() throws Exception {
        var events = recorded(() -> {
            try (var server = Server.at(Address.memory("quiet")).open(_ -> {}).start()) {
                Connection.to(server.address()).open().close();
                Awaitility.await().until(() -> server.stats().accepted() == 1 && server.stats().active() == 0);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(events).isNotEmpty().allSatisfy(e -> assertThat(e.getStackTrace()).isNull());
    }
}
