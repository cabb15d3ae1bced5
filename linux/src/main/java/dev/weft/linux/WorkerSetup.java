package dev.weft.linux;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
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
 */
record WorkerSetup(String server, Address address, String handler, Deadlines deadlines, boolean packets, int maxPacketSize,
        Map<String, String> properties) {
    /** The JVM's own, which are the worker's own. */
    private static final String[] OF_THE_JVM = {"java.", "sun.", "jdk.", "os.", "user.", "file.", "path.", "line.", "native.", "stdin.",
            "stdout.", "stderr.", "surefire."};
    private static final int MOST_PROPERTIES = 20_000;

    static WorkerSetup of(WorkerSettings settings) {
        return new WorkerSetup(settings.server(), settings.address(), settings.handler().getName(), settings.deadlines(),
                settings.packets().isPresent(), settings.maxPacketSize(), own());
    }

    private static Map<String, String> own() {
        var own = new HashMap<String, String>();
        var size = 0;
        for (var name : System.getProperties().stringPropertyNames()) {
            var value = System.getProperty(name, "");
            size += name.length() + value.length();
            if (!ofTheJvm(name) && size < MOST_PROPERTIES) {
                own.put(name, value);
            }
        }
        return own;
    }

    private static boolean ofTheJvm(String property) {
        for (var prefix : OF_THE_JVM) {
            if (property.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    byte[] letter() {
        return Letters.letter(Letters.SETUP, this::write);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeUTF(server);
        out.writeUTF(address.toString());
        out.writeUTF(handler);
        for (var d : new Duration[] {deadlines.connect(), deadlines.handshake(), deadlines.idle(), deadlines.read(), deadlines.message(),
                deadlines.write()}) {
            out.writeLong(d.getSeconds());
            out.writeInt(d.getNano());
        }
        out.writeBoolean(packets);
        out.writeInt(maxPacketSize);
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
        var deadlines = new Deadlines(duration(in), duration(in), duration(in), duration(in), duration(in), duration(in));
        var packets = in.readBoolean();
        var maxPacketSize = in.readInt();
        var properties = new HashMap<String, String>();
        for (int n = in.readInt(); n > 0; n--) {
            properties.put(in.readUTF(), in.readUTF());
        }
        return new WorkerSetup(server, address, handler, deadlines, packets, maxPacketSize, properties);
    }

    private static Duration duration(DataInputStream in) throws IOException {
        return Duration.ofSeconds(in.readLong(), in.readInt());
    }
}
