package dev.weft.bench;

import java.io.IOException;

/** {@code JdkEcho [PORT]}: echo on the JDK's sockets and virtual threads. */
final class JdkEcho {
    private JdkEcho() {}

    static void main(String[] args) throws IOException {
        JdkServers.serve(Control.port(args), socket -> Echo.run(socket.getInputStream(), socket.getOutputStream()));
    }
}
