package dev.weft.examples;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/** The other end of a datagram example: a JDK socket for each question. */
final class Packets {
    private Packets() {}

    /** Asks until there is an answer: a datagram to nobody is lost. */
    static void awaitAnswer(int port) {
        await("a datagram server to answer").atMost(Program.PATIENCE).pollInterval(Duration.ofMillis(20)).ignoreExceptions().until(() -> {
            ask(port, "ready".getBytes(), Duration.ofMillis(200));
            return true;
        });
    }

    static byte[] ask(int port, byte[] question) throws IOException {
        return ask(port, question, Program.PATIENCE);
    }

    private static byte[] ask(int port, byte[] question, Duration timeout) throws SocketTimeoutException, IOException {
        try (var socket = new DatagramSocket(0, Program.LOCAL)) {
            socket.connect(Program.LOCAL, port);
            socket.setSoTimeout((int) timeout.toMillis());
            socket.send(new DatagramPacket(question, question.length));
            var answer = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }
}
