package dev.weft.workers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.weft.net.Address;
import dev.weft.net.Deadlines;
import dev.weft.net.spi.WorkerSettings;

/**
 * The first message to a worker: its server, and how it is to serve.
 *
 * @param server the name of the server
 * @param address where the server is bound
 * @param handler the name of the handler's class
 * @param deadlines of each connection
 * @param packets whether it is a datagram server
 * @param maxPacketSize of a datagram server
 * @param properties the system properties of the server's process but for the JVM's own
 * @param hasty whether a request waits for this worker, which then rehearses nothing
 */
record WorkerSetup(String server, Address address, String handler, Deadlines deadlines, boolean packets, int maxPacketSize,
        Map<String, String> properties, boolean hasty) {
    /** The JVM's own properties, which each worker has itself. Those that were set with -D are among its {@link InheritedOptions}. */
    private static final String[] OF_THE_JVM = {"java.", "sun.", "jdk.", "os.", "user.", "file.", "path.", "line.", "native.", "stdin.",
            "stdout.", "stderr.", "surefire."};

    static WorkerSetup of(WorkerSettings settings) {
        return new WorkerSetup(settings.server(), settings.address(), settings.handler().getName(), settings.deadlines(),
                settings.packets().isPresent(), settings.maxPacketSize(), own(), false);
    }

    /** The same setup for a worker that a request waits for. */
    WorkerSetup inHaste() {
        return new WorkerSetup(server, address, handler, deadlines, packets, maxPacketSize, properties, true);
    }

    private static Map<String, String> own() {
        var own = new HashMap<String, String>();
        for (var name : System.getProperties().stringPropertyNames()) {
            if (!ofTheJvm(name)) {
                own.put(name, System.getProperty(name, ""));
            }
        }
        return own;
    }

    static boolean ofTheJvm(String property) {
        for (var prefix : OF_THE_JVM) {
            if (property.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The message.
     *
     * @throws IllegalArgumentException when it is longer than a message may be
     */
    byte[] message() {
        try {
            var message = WorkerProtocol.message(WorkerProtocol.SETUP, this::write);
            if (message.length <= SeqPacketSocket.LONGEST) {
                return message;
            }
        } catch (UncheckedIOException e) {
            // One property alone is too long: java.io.UTFDataFormatException.
        }
        var longest = "";
        for (var property : properties.entrySet()) {
            longest = property.getValue().length() >= properties.getOrDefault(longest, "").length() ? property.getKey() : longest;
        }
        throw new IllegalArgumentException("the system properties are too long to be sent to worker processes, which takes " + SeqPacketSocket.LONGEST
                + " bytes at most: the longest, " + longest + ", has " + properties.getOrDefault(longest, "").length() + " characters");
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeUTF(server);
        out.writeUTF(address.toString());
        out.writeUTF(handler);
        for (var d : new Duration[] {deadlines.connect(), deadlines.handshake(), deadlines.idle(), deadlines.read(), deadlines.message(),
                deadlines.write(), deadlines.first()}) {
            out.writeLong(d.getSeconds());
            out.writeInt(d.getNano());
        }
        out.writeBoolean(packets);
        out.writeInt(maxPacketSize);
        out.writeBoolean(hasty);
        out.writeInt(properties.size());
        for (var property : properties.entrySet()) {
            out.writeUTF(property.getKey());
            out.writeUTF(property.getValue());
        }
    }

    static WorkerSetup read(DataInputStream in) throws IOException {
        var server = in.readUTF();
        var address = Address.parse(in.readUTF());
        var handler = in.readUTF();
        var deadlines = new Deadlines(duration(in), duration(in), duration(in), duration(in), duration(in), duration(in),
                duration(in));
        var packets = in.readBoolean();
        var maxPacketSize = in.readInt();
        var hasty = in.readBoolean();
        var properties = new HashMap<String, String>();
        for (int n = in.readInt(); n > 0; n--) {
            properties.put(in.readUTF(), in.readUTF());
        }
        return new WorkerSetup(server, address, handler, deadlines, packets, maxPacketSize, properties, hasty);
    }

    private static Duration duration(DataInputStream in) throws IOException {
        return Duration.ofSeconds(in.readLong(), in.readInt());
    }
}
