package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.Charset;

import dev.weft.net.Address;

/** A bare JDK socket as a chat client: what the server says to it is compared byte by byte. */
final class Peer implements AutoCloseable {
    private static final int PATIENCE = 10_000;

    private final Charset charset;
    private final Socket socket = new Socket();
    private final InputStream in;

    /** Connects, and waits until the server has it in. */
    Peer(ChatServer server) throws IOException {
        this(server, 0);
    }

    /** With a receive buffer so small that a peer that does not read is full soon; 0 for the system's. */
    Peer(ChatServer server, int receiveBuffer) throws IOException {
        charset = server.options().wire().charset();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), server.port()));
        socket.setSoTimeout(PATIENCE);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        await().until(() -> server.clients().contains(address()));
    }

    /** As the server names it. */
    Address address() {
        return Address.of("127.0.0.1", socket.getLocalPort());
    }

    /** What everybody gets when this peer says so, at {@link Chats#MOMENT}. */
    String stamped(String text) {
        return Chats.STAMP + " " + address() + " " + text;
    }

    void say(String text) throws IOException {
        say(text.getBytes(charset));
    }

    void say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Reads just as much as is expected, and compares. */
    void hears(String expected) throws IOException {
        var bytes = expected.getBytes(charset);
        assertThat(new String(in.readNBytes(bytes.length), charset)).isEqualTo(expected);
    }

    /** Reads to the line's end, which is kept. */
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(charset);
    }

    /** Reads to the end of the stream. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), charset);
    }

    void hearsTheEnd() throws IOException {
        assertThat(rest()).as("nothing but the end").isEmpty();
    }

    /** Says no more, but listens. */
    void endsItsHalf() throws IOException {
        socket.shutdownOutput();
    }

    /** Goes away with a reset. */
    void crash() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
