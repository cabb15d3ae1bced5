/**
 * Servers, handlers, connections and datagrams in plain blocking code; the portable transport on java.nio and the in-memory one.
 *
 * <p>Start at {@link dev.weft.net.Server} and {@link dev.weft.net.Connection}. Other transports plug in through
 * {@link dev.weft.net.spi.Transport}.
 */
@SuppressWarnings("module") // the modules that support is exported to are not there yet when this one is compiled
@org.jspecify.annotations.NullMarked module dev.weft.net {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires jdk.jfr;
    requires jdk.unsupported;

    exports dev.weft.net;
    exports dev.weft.net.spi;
    exports dev.weft.net.support
            to dev.weft.linux, dev.weft.workers, dev.weft.testkit, dev.weft.message, dev.weft.queue, dev.weft.kafka, dev.weft.rpc,
            dev.weft.chat, dev.weft.cli;

    uses dev.weft.net.spi.Transport;
    uses dev.weft.net.spi.WorkerPools;
}
