package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Group;
import dev.weft.net.Outbox;
import dev.weft.net.ServerObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A member of a group of messages that does not read: whoever runs the server is told that it was dropped, and why. */
class SlowMemberTest extends EveryPlaceTest {
    @Test
    void aMemberThatIsDroppedForItsSlownessIsTold() throws Exception {
        var all = new Group<>(Message.framing(), Outbox.disconnecting(4));
        var told = new LinkedBlockingQueue<String>();
        var observer = new ServerObserver() {
            @Override
            public void tooSlow(Connection c, String why) {
                told.add(c.remote() + " " + why);
            }
        };
        var server = ends.serve(new Messages().on("join", (m, p) -> {
            all.join(p.connection());
            ends.heard.add("joined");
        }).observer(Observed.close(p -> ends.heard.add("closed"))), place.server().observer(observer));
        try (var deaf = place.to(server).open()) {
            deaf.send(WireBytes.written(Message.of("join", "")));
            assertThat(ends.next()).isEqualTo("joined");
            var news = Message.of("news", new byte[100_000]);
            Awaitility.await().until(() -> {
                for (int i = 0; i < 10; i++) {
                    all.send(news);
                }
                return all.members().isEmpty();
            });
            assertThat(told.poll(10, TimeUnit.SECONDS)).contains("too slow for its group");
            assertThat(ends.next()).isEqualTo("closed");
            assertThat(server.stats().tooSlow()).isEqualTo(1);
        }
    }
}
