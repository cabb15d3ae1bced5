package dev.weft.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Accepts with the JDK's ServerSocket, one virtual thread a connection. */
final class JdkServers {
    private static final int BACKLOG = 4_096;

    private JdkServers() {}

    /** One connection's conversation. */
    @FunctionalInterface
    interface Conversation {
        void with(Socket socket) throws IOException;
    }

    static void serve(int port, Conversation conversation) throws IOException {
        var listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), BACKLOG);
        Thread.ofPlatform().daemon().name("acceptor").start(() -> accept(listener, conversation));
        Control.serve(listener.getLocalPort());
    }

    private static void accept(ServerSocket listener, Conversation conversation) {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> converse(socket, conversation));
            } catch (IOException e) {
                System.err.println("cannot accept: " + e);
            }
        }
    }

    private static void converse(Socket socket, Conversation conversation) {
        try (socket) {
            conversation.with(socket);
        } catch (IOException e) {
            // The load drops its connections when its time is over.
        }
    }
}
