package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a group and its members hold of each other. */
@Timeout(60)
class GroupTest {
    @Test
    void aGroupThatWasLeftIsNotHeldByTheConnection() throws Exception {
        try (var acceptor = Server.at(Address.memory("group")).listen();
                var c = Connection.to(acceptor.address()).open();
                var peer = acceptor.accept()) {
            var left = joinedAndLeft(c);
            await().until(() -> {
                System.gc();
                return left.get() == null;
            });
            assertThat(peer.isOpen() && c.isOpen()).isTrue();
        }
    }

    private static WeakReference<Group<String>> joinedAndLeft(Connection c) {
        var group = new Group<>(Framing.lines());
        assertThat(group.join(c)).isTrue();
        assertThat(group.join(c)).isFalse();
        assertThat(group.leave(c)).isTrue();
        assertThat(group.leave(c)).isFalse();
        return new WeakReference<>(group);
    }

    @Test
    void aConnectionThatEndsHasLeft() throws Exception {
        try (var acceptor = Server.at(Address.memory("group")).listen();
                var c = Connection.to(acceptor.address()).open();
                var peer = acceptor.accept()) {
            var group = new Group<>(Framing.lines());
            group.join(peer);
            group.send("hello");
            assertThat(c.readLine()).isEqualTo("hello");
            peer.abort();
            assertThat(group.members()).isEmpty();
            assertThat(group.join(peer)).as("joins, and leaves at once, as it has ended").isTrue();
            assertThat(group.members()).isEmpty();
        }
    }
}
