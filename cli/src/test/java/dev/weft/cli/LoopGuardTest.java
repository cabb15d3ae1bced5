package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

import dev.weft.net.Address;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Built-in datagram handlers and senders that answer every answer, as services of their kind do. */
@Timeout(60)
class LoopGuardTest {
    private static final int ENOUGH = 3 * LoopGuard.IN_A_ROW;

    @ParameterizedTest
    @ValueSource(strings = {"echo", "upper", "upper-line", "daytime"})
    void aServiceAtTheOtherEndIsNotAnsweredForEver(String handler) throws IOException {
        try (var weft = Running.weft("serve", handler, "--udp", "127.0.0.1:0"); var service = new DatagramSocket(0, loopback())) {
            var server = new InetSocketAddress(loopback(), weft.ready().port());
            var packet = new DatagramPacket(new byte[512], 512);
            packet.setData("x".getBytes(StandardCharsets.US_ASCII));
            service.setSoTimeout(1_000);
            var answers = 0;
            try {
                while (answers < ENOUGH) {
                    packet.setSocketAddress(server);
                    service.send(packet);
                    service.receive(packet);
                    answers++;
                }
            } catch (SocketTimeoutException e) {
                // The loop has ended.
            }
            assertThat(answers).isGreaterThan(10).isLessThanOrEqualTo(LoopGuard.IN_A_ROW);
        }
    }

    @Test
    void aPortOfTheSystemsServicesIsNotAnswered() throws IOException {
        try (var weft = Running.weft("serve", "echo", "--udp", "127.0.0.1:0"); var service = privileged()) {
            service.setSoTimeout(500);
            service.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(loopback(), weft.ready().port())));
            assertThatThrownBy(() -> service.receive(new DatagramPacket(new byte[1], 1))).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private static DatagramSocket privileged() throws IOException {
        for (int port = 1_023; port > 600; port--) {
            try {
                return new DatagramSocket(port, loopback());
            } catch (SocketException e) {
                // It is taken, or we may not.
            }
        }
        assumeTrue(false, "SKIPPED: no port below 1024 can be had here");
        throw new AssertionError();
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    @Test
    void whoHasBeenSilentForASecondIsAnsweredAgain() {
        var time = new ManualTime();
        var guard = new LoopGuard(time);
        var one = Address.of("127.0.0.1", 5_000);
        for (int i = 0; i < LoopGuard.IN_A_ROW; i++) {
            assertThat(guard.mayAnswer(one)).isTrue();
        }
        assertThat(guard.mayAnswer(one)).isFalse();
        assertThat(guard.mayAnswer(Address.of("127.0.0.1", 5_001))).as("another").isTrue();
        time.advance(LoopGuard.SILENCE.dividedBy(2));
        assertThat(guard.mayAnswer(one)).as("too soon").isFalse();
        time.advance(LoopGuard.SILENCE);
        assertThat(guard.mayAnswer(one)).isTrue();
    }
}
