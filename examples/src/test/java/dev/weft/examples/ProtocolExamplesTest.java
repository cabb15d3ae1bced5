package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of protocols: lines, lengths, headers, framings of one's own. */
@Timeout(120)
class ProtocolExamplesTest {
    private final int port = Program.freePort();

    @Test
    void thePipelinedClientGetsAThousandAnswersAndItsKey() throws Exception {
        try (var server = Program.start("Pipelined", port); var peer = server.connect(port)) {
            assertThat(peer.send("SET a 1 and 2\nGET a\nGET b\nSET a 3\nDEL a\n").readLine()).isEqualTo("\n");
            assertThat(peer.readLine()).isEqualTo("1 and 2\n");
            assertThat(peer.readLine()).isEqualTo("\n");
            assertThat(peer.readLine()).isEqualTo("1 and 2\n");
            assertThat(peer.readLine()).isEqualTo("ERR unknown command DEL\n");
            try (var client = Program.start("PipelinedClient", port)) {
                assertThat(client.outputAtExit()).isEqualTo("v7\n");
            }
        }
    }

    @Test
    void theDeviceGatewayPrintsEachReading() throws Exception {
        try (var server = Program.start("DeviceGateway", port); var device = server.connect(port)) {
            device.send(ByteBuffer.allocate(12).putShort((short) 10).putShort((short) 7).putDouble(20.5).array());
            server.awaitOutput(device.name() + " Reading[sensor=7, value=20.5]");
            // Longer than its limit of 4,096 bytes.
            device.send(new byte[] {0x10, 0x01});
            assertThat(device.readToEnd()).isEmpty();
        }
    }

    @Test
    @DisplayName("DeviceGateway turns away the fifth connection of one peer, and only that")
    void theDeviceGatewayLimitsPeers() throws Exception {
        try (var server = Program.start("DeviceGateway", port);
                var a = server.connect(port);
                var b = server.connect(port);
                var c = server.connect(port);
                var d = server.connect(port);
                var fifth = server.connect(port)) {
            assertThat(fifth.readToEnd()).isEmpty();
            for (var device : new Peer[] {a, b, c, d}) {
                device.send(ByteBuffer.allocate(12).putShort((short) 10).putShort((short) 7).putDouble(20.5).array());
                server.awaitOutput(device.name() + " Reading");
            }
        }
    }

    @Test
    void deviceCheckedAcknowledgesAFrameAndDropsABadOne() throws Exception {
        try (var server = Program.start("DeviceChecked", port); var device = server.connect(port)) {
            assertThat(device.send(checked(new byte[] {1, 2, 3})).read(9)).isEqualTo(checked(new byte[] {6, 3}));
            var broken = checked(new byte[] {1, 2, 3});
            broken[3] ^= 1;
            assertThat(device.send(broken).readToEnd()).isEmpty();
            server.awaitReport("bad checksum");
        }
    }

    @Test
    void deviceByHandAnswersEachReadingWithAByte() throws Exception {
        try (var server = Program.start("DeviceByHand", port); var device = server.connect(port)) {
            var readings = ByteBuffer.allocate(20).putShort((short) 1).putDouble(99.5).putShort((short) 1).putDouble(100.5);
            assertThat(device.send(readings.array()).read(2)).containsExactly(1, 0);
            assertThat(device.end().readToEnd()).isEmpty();
        }
    }

    @Test
    void headersSendsEachMessageBack() throws Exception {
        try (var server = Program.start("Headers", port); var editor = server.connect(port)) {
            var message = "Content-Length: 18\r\n\r\n{\"method\":\"\u00e9xit\"}";
            assertThat(editor.send("Content-Type: x\r\n" + message).readLike(message)).isEqualTo(message);
        }
    }

    @Test
    void mixedReadsALineABodyAndFrames() throws Exception {
        try (var server = Program.start("Mixed", port); var peer = server.connect(port)) {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            out.writeBytes("5\nhello");
            out.writeUTF("four");
            out.writeUTF("");
            assertThat(peer.send(bytes.toByteArray()).readLine()).isEqualTo("got 5\n");
            assertThat(peer.readLine()).isEqualTo("frame 4\n");
            assertThat(peer.readLine()).isEqualTo("frame 0\n");
        }
    }

    private static byte[] checked(byte[] body) throws IOException {
        var crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(7 + body.length).put((byte) 2).putShort((short) body.length).put(body)
                .putInt((int) crc.getValue()).array();
    }
}
