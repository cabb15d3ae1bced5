package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

import dev.weft.net.Server;

/** A peer that knows bytes and nothing else: a plain socket, blocking for ten seconds at most. */
final class WirePeer implements Closeable {
    private static final int PATIENCE = 10_000;
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    private final Socket socket;

    private WirePeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
    }

    /** Dials a server. */
    static WirePeer to(Server server) throws IOException {
        return new WirePeer(new Socket(HERE, server.port()));
    }

    /** A place where such a peer can be dialled. */
    static ServerSocket listener() throws IOException {
        var listener = new ServerSocket(0, 50, HERE);
        listener.setSoTimeout(PATIENCE);
        return listener;
    }

    /** The next that dials. */
    static WirePeer from(ServerSocket listener) throws IOException {
        return new WirePeer(listener.accept());
    }

    void say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Each byte in a write of its own. */
    void sayByteByByte(byte[] bytes) throws IOException {
        for (var b : bytes) {
            socket.getOutputStream().write(b);
        }
    }

    /** Says no more, and goes on hearing. */
    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** The next bytes, so many; fewer at the end of the stream. */
    byte[] hear(int length) throws IOException {
        return socket.getInputStream().readNBytes(length);
    }

    /** Everything until the other end has ended. */
    byte[] hearAll() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
