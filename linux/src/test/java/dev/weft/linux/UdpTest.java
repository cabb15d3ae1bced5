package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Datagram;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP on this transport: sizes, cuts, and waits that end. */
@Timeout(30)
class UdpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** What IPv4 leaves of 65,535 bytes: RFC 768, RFC 791. */
    private static final int LONGEST = 65_507;

    private static Datagrams socket() throws IOException {
        return Datagrams.udp(Address.of("127.0.0.1", 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8_192, LONGEST})
    void aDatagramOfThisSizeGoesThereAndBackWhole(int size) throws IOException {
        var data = new byte[size];
        for (int i = 0; i < size; i++) {
            data[i] = (byte) (i * 31);
        }
        try (var server = Server.udp("127.0.0.1", 0).maxPacketSize(65_535).open(d -> d.reply(d.data())).start(); var own = socket()) {
            own.send(data, server.address());
            var answer = own.receive(PATIENCE);
            assertThat(answer.data()).isEqualTo(data);
            assertThat(answer.truncated()).isFalse();
            assertThat(answer.sender()).isEqualTo(server.address());
        }
    }

    @Test
    void aDatagramThatIsTooLongIsNamedAsSuchAndTheNextGoesThrough() throws IOException {
        try (var receiver = socket(); var own = socket()) {
            assertThatThrownBy(() -> own.send(new byte[LONGEST + 1], receiver.address())).isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot send to " + receiver.address()).message().contains("too long").doesNotContain("path");
            own.send("next", receiver.address());
            assertThat(receiver.receive(PATIENCE).text()).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 9_000})
    void aDatagramIsCutAtTheServersLimitAndSaysSo(int size) throws Exception {
        // SPEC SS-24.
        BlockingQueue<Datagram> heard = new LinkedBlockingQueue<>();
        try (var server = Server.udp("127.0.0.1", 0).maxPacketSize(4).open(heard::add).start(); var own = socket()) {
            var data = new byte[size];
            Arrays.fill(data, (byte) 'x');
            own.send(data, server.address());
            var d = heard.poll(10, TimeUnit.SECONDS);
            assertThat(d.data()).hasSize(Math.min(size, 4));
            assertThat(d.truncated()).isEqualTo(size > 4);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptedReceiveLeavesTheSocketUsable(boolean virtual) throws Exception {
        try (var own = socket(); var other = socket()) {
            var receiving = new FutureTask<>(own::receive);
            var thread = virtual ? Thread.ofVirtual().start(receiving) : Thread.ofPlatform().daemon().start(receiving);
            Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
            thread.interrupt();
            assertThatThrownBy(() -> receiving.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedIOException.class);
            other.send("after", own.address());
            assertThat(own.receive(PATIENCE).text()).isEqualTo("after");
        }
    }

    @Test
    void aReceiveThatTimesOutLeavesTheSocketUsable() throws Exception {
        try (var own = socket(); var other = socket()) {
            assertThatThrownBy(() -> own.receive(Duration.ofMillis(50))).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining(own.address().toString());
            other.send("late", own.address());
            assertThat(own.receive(PATIENCE).text()).isEqualTo("late");
        }
    }

    @Test
    void aDatagramToAPortWithNobodyBehindItHarmsNobody() throws Exception {
        // udp(7): the ICMP answer to one datagram must not fail the next call.
        try (var own = socket(); var other = socket()) {
            var gone = socket();
            gone.close();
            for (int i = 0; i < 10; i++) {
                own.send("?", gone.address());
            }
            other.send("still there?", own.address());
            assertThat(own.receive(PATIENCE).text()).isEqualTo("still there?");
        }
    }

    @Test
    void manyThreadsSendThroughOneSocketAtOnce() throws Exception {
        try (var server = Server.udp("127.0.0.1", 0).open(d -> d.reply(d.text())).start(); var own = socket()) {
            var answers = new HashSet<String>();
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 20; i++) {
                    var text = round + "." + i;
                    Thread.ofVirtual().start(() -> {
                        try {
                            own.send(text, server.address());
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
                }
                for (int i = 0; i < 20; i++) {
                    answers.add(own.receive(PATIENCE).text());
                }
            }
            assertThat(answers).hasSize(400);
        }
    }

    @Test
    void anIpv6SocketAndAnIpv4PeerSayThatTheyCanNotReachEachOther() throws Exception {
        try (var own = socket()) {
            assertThatThrownBy(() -> own.send("?", Address.of("::1", 9))).isInstanceOf(SocketException.class).hasMessageContaining("[::1]:9");
            assertThatThrownBy(() -> own.send("?", Address.unixAbstract("weft"))).isInstanceOf(SocketException.class)
                    .hasMessageContaining("can't reach unix:@weft");
        }
    }
}
