/**
 * Servers, handlers, connections and datagrams in plain blocking code; the portable transport on java.nio and the in-memory one.
 *
 * <p>Start at {@link dev.weft.net.Server} and {@link dev.weft.net.Connection}. Other transports plug in through
 * {@link dev.weft.net.spi.Transport}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.net {
    requires static org.jspecify;
    requires jdk.jfr;

    exports dev.weft.net;
    exports dev.weft.net.spi;

    uses dev.weft.net.spi.Transport;
    uses dev.weft.net.spi.WorkerPools;
}
