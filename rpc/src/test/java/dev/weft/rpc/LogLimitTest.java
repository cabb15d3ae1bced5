package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import dev.weft.testkit.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Peers that break streams do not fill the log (SPEC RPC-17)")
@Timeout(60)
class LogLimitTest {
    private static final Logger TRANSPORT = Logger.getLogger("io.grpc.netty.NettyServerHandler");
    private static final int STREAMS = 100;

    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final Handler witness = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private @Nullable Level level;

    /** Whatever other tests are spared. */
    @BeforeEach
    void watch() {
        level = TRANSPORT.getLevel();
        TRANSPORT.setLevel(Level.WARNING);
        TRANSPORT.setUseParentHandlers(false);
        TRANSPORT.setFilter(null);
        TRANSPORT.addHandler(witness);
    }

    @AfterEach
    void leave() {
        TRANSPORT.removeHandler(witness);
        TRANSPORT.setFilter(null);
        TRANSPORT.setUseParentHandlers(true);
        TRANSPORT.setLevel(level);
    }

    /** Window updates of nothing are errors of their streams (RFC 9113, 6.9). */
    private static void breakStreams() throws IOException {
        try (var server = RpcServer.tcp("127.0.0.1", 0).start(new RouteService()); var peer = Http2Peer.greeting(server.port())) {
            for (int i = 0; i < STREAMS; i++) {
                peer.call(1 + 2 * i, "routeguide.RouteGuide/RouteChat");
                peer.frame(Http2Peer.WINDOW_UPDATE, 0, 1 + 2 * i, new byte[4]);
            }
            peer.flush();
            await().until(() -> server.stats().failed() == STREAMS);
        }
    }

    @Test
    void ten_warnings_of_a_hundred_broken_streams_are_logged() throws IOException {
        breakStreams();
        assertThat(logged).hasSize(10).allMatch(entry -> entry.getLevel() == Level.WARNING);
    }

    @Test
    void a_filter_that_is_there_decides() throws IOException {
        Filter all = _ -> true;
        TRANSPORT.setFilter(all);
        breakStreams();
        assertThat(TRANSPORT.getFilter()).isSameAs(all);
        assertThat(logged).hasSizeGreaterThanOrEqualTo(STREAMS);
    }

    @Test
    void the_next_one_tells_how_many_were_not_and_lesser_news_always_pass() {
        var time = new ManualTime();
        var limit = new LogLimit(2, Duration.ofMinutes(1), time);
        var passed = 0;
        for (int i = 0; i < 5; i++) {
            passed += limit.isLoggable(new LogRecord(Level.WARNING, "broken")) ? 1 : 0;
            assertThat(limit.isLoggable(new LogRecord(Level.FINE, "detail"))).isTrue();
        }
        assertThat(passed).isEqualTo(2);
        time.advance(Duration.ofSeconds(61));
        var next = new LogRecord(Level.WARNING, "broken");
        assertThat(limit.isLoggable(next)).isTrue();
        assertThat(next.getMessage()).isEqualTo("broken (and 3 more that were not logged)");
    }
}
