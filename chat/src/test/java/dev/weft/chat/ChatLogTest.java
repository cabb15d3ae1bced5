package dev.weft.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatLogTest {
    private final Logger weft = Logger.getLogger("dev.weft");

    @AfterEach
    void restore() {
        for (var handler : weft.getHandlers()) {
            weft.removeHandler(handler);
        }
        weft.setUseParentHandlers(true);
    }

    @Test
    @DisplayName("CH-9, CH-BUG-7: time, thread's name, its number and the message, with %F %T, from INFO on, once each")
    void linesHaveTheOriginalsFormat() throws Exception {
        var out = new ByteArrayOutputStream();
        ChatLog.configure(out);
        ChatLog.configure(out);

        var server = Chats.start(Chats.classic());
        try (var peer = new Peer(server)) {
            peer.say("quit");
            peer.hearsTheEnd();
        }
        server.close();

        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.matches(
                "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d chat-1 \\d+ (accepted 127\\.0\\.0\\.1:\\d+ -> .*|\\('127\\.0\\.0\\.1', \\d+\\) bye bye)"));
    }
}
