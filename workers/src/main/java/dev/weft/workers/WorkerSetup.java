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
 * What a worker is told first.
 *
 * @param server its name
 * @param address where it is bound
 * @param handler the class's name
 * @param deadlines of each connection
 * @param packets whether it is a datagram server
 * @param maxPacketSize of a datagram server
 * @param properties the server's own system properties
 * @param hasty whether a request waits for it already
 */
record WorkerSetup(String server, Address address, String handler, Deadlines deadlines, boolean packets, int maxPacketSize,
        Map<String, String> properties, boolean hasty) {
    /** The JVM's own, which are the worker's own; it gets those of them that were given with -D before it starts: {@link InheritedOptions}. */
    private static final String[] OF_THE_JVM = {"java.", "sun.", "jdk.", "os.", "user.", "file.", "path.", "line.", "native.", "stdin.",
            "stdout.", "stderr.", "surefire."};

    static WorkerSetup of(WorkerSettings settings) {
        return new WorkerSetup(settings.server(), settings.address(), settings.handler().getName(), settings.deadlines(),
                settings.packets().isPresent(), settings.maxPacketSize(), own(), false);
    }

    /** The same for one that a request waits for. */
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
     * All of it.
     *
     * @throws IllegalArgumentException when that is too long for a letter
     */
    byte[] letter() {
        try {
            var letter = Letters.letter(Letters.SETUP, this::write);
            if (letter.length <= Courier.LONGEST) {
                return letter;
            }
        } catch (UncheckedIOException e) {
            // One property alone is too long: java.io.UTFDataFormatException.
        }
        var longest = "";
        for (var property : properties.entrySet()) {
            longest = property.getValue().length() >= properties.getOrDefault(longest, "").length() ? property.getKey() : longest;
        }
        throw new IllegalArgumentException("worker processes can't be told so many system properties: " + Courier.LONGEST
                + " bytes at most, and the longest, " + longest + ", has " + properties.getOrDefault(longest, "").length() + " characters");
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
