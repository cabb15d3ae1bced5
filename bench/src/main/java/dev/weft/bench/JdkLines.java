package dev.weft.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * {@code JdkLines [PORT]}: each line upper-cased and answered, with the JDK's readers and writers on virtual threads. Answers are flushed
 * only when no further request is there.
 */
final class JdkLines {
    private JdkLines() {}

    static void main(String[] args) throws IOException {
        JdkServers.serve(Control.port(args), JdkLines::upper);
    }

    private static void upper(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new BufferedWriter(new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            out.write(line.toUpperCase(Locale.ROOT));
            out.write('\n');
            if (!in.ready()) {
                out.flush();
            }
        }
    }
}
