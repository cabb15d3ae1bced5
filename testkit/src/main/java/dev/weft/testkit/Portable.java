package dev.weft.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Base64;

import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;

/**
 * Handlers of rules, which may have to run in another JVM: lambdas that travel there, with the data that they capture, in an option of its
 * command line. Where handlers run here, they are served as they are and may capture anything.
 */
final class Portable {
    private static final String PROPERTY = "dev.weft.testkit.handler";

    private Portable() {}

    /** A handler of connections. */
    @FunctionalInterface
    interface Streams extends Handler, Serializable {}

    /** A handler of datagrams. */
    @FunctionalInterface
    interface Datagrams extends DatagramHandler, Serializable {}

    /** The same workers, for this handler. */
    static Concurrency.Processes packed(Serializable handler, Concurrency.Processes workers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(handler);
        }
        var options = new ArrayList<>(workers.jvmOptions());
        options.add("-D" + PROPERTY + "=" + Base64.getEncoder().encodeToString(bytes.toByteArray()));
        return workers.jvmOptions(options.toArray(String[]::new));
    }

    private static Object unpacked() throws IOException, ClassNotFoundException {
        var bytes = Base64.getDecoder().decode(System.getProperty(PROPERTY, ""));
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** What a worker makes where a lambda is meant. */
    static final class StreamsThere implements Handler {
        @Override
        public void handle(Connection c) throws Exception {
            ((Handler) unpacked()).handle(c);
        }
    }

    /** What a worker makes where a lambda is meant. */
    static final class DatagramsThere implements DatagramHandler {
        @Override
        public void handle(Datagram d) throws Exception {
            ((DatagramHandler) unpacked()).handle(d);
        }
    }
}
