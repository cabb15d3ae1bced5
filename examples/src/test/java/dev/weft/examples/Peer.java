package dev.weft.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The other end of an example's connection: a JDK socket, so that Weft is not tested by itself. */
final class Peer implements AutoCloseable {
    private final Socket socket;
    private final String name;

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        name = socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Program.PATIENCE.toMillis());
    }

    /** Empty while nobody listens there. */
    static Optional<Peer> connect(int port, InetAddress from) throws IOException {
        var socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(Program.LOCAL, port));
        } catch (IOException e) {
            socket.close();
            return Optional.empty();
        }
        if (socket.getLocalPort() == port && from.equals(Program.LOCAL)) {
            // Simultaneous open with itself (RFC 9293, 3.5): nobody listens, and the port it was given happens to be the one it calls.
            socket.close();
            return Optional.empty();
        }
        return Optional.of(new Peer(socket));
    }

    /** {@code 127.0.0.1:43684}, as the other side calls us. */
    String name() {
        return name;
    }

    /** {@code ('127.0.0.1', 43684)}, as Python calls us. */
    String pythonName() {
        return "('" + name.replace(":", "', ") + ")";
    }

    Peer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Peer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** No more is sent. */
    Peer end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset, as a peer that crashes does. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** So many bytes, or those before the end. */
    byte[] read(int bytes) throws IOException {
        return socket.getInputStream().readNBytes(bytes);
    }

    /** Reads as many bytes as this text has in this charset. */
    String readLike(String expected, Charset charset) throws IOException {
        return new String(read(expected.getBytes(charset).length), charset);
    }

    String readLike(String expected) throws IOException {
        return readLike(expected, StandardCharsets.UTF_8);
    }

    /** Up to and with the line feed. */
    String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b; (b = socket.getInputStream().read()) >= 0;) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** All until the other side ends. */
    String readToEnd() throws IOException {
        return readToEnd(StandardCharsets.UTF_8);
    }

    String readToEnd(Charset charset) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), charset);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
