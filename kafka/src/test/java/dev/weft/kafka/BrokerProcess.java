package dev.weft.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The child JVM of a {@link Broker}: formats the log directory if that is new, and becomes the broker. It ends with whoever started it. */
final class BrokerProcess {
    private BrokerProcess() {}

    public static void main(String[] args) throws Exception {
        var config = Path.of(args[0]);
        var clusterId = args[1];
        endWithParent();
        if (!Files.exists(config.resolveSibling("log").resolve("meta.properties"))) {
            int status = kafka.tools.StorageTool.execute(
                    new String[] {"format", "--cluster-id", clusterId, "--config", config.toString(), "--ignore-formatted"}, System.out);
            if (status != 0) {
                throw new IOException("cannot format the log directory: " + status);
            }
        }
        kafka.Kafka.main(new String[] {config.toString()});
    }

    /** Standard input ends when the parent is gone, however it went. */
    static void endWithParent() {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nobody writes.
                }
            } catch (IOException e) {
                // Gone as well.
            }
            Runtime.getRuntime().halt(1);
        });
    }
}
