package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SPEC PR-E1: the document's first example; and PR-C3: a client's reader calls its hooks with the client. */
@Timeout(30)
class FirstExampleTest {
    @Test
    void theServerAnswersAndTheClientHears() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var atServer = new Messages().on("client msg", (m, client) -> {
            heard.add(client.localName() + ": get '" + m.text() + "'");
            client.send("server response", m.data());
        }).on("echo", (m, client) -> client.send(m.reply("echoed", m.data())));
        var atClient = new Messages().on("server response", (m, server) -> heard.add(server.localName() + ": get '" + m.text() + "'"));
        try (var server = atServer.open(Server.tcp("localhost", 0)).start();
                var peer = atClient.open(Connection.to(server.address()))) {
            peer.send("client msg", "hello world!");
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("server: get 'hello world!'");
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("client: get 'hello world!'");
            assertThat(peer.request("echo", "x", Duration.ofSeconds(10)).text()).isEqualTo("x");
        }
    }
}
