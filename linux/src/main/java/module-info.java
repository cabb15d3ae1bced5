/**
 * The native Linux transport: epoll and io_uring under virtual threads, Unix datagrams, inherited sockets, worker processes.
 *
 * <p>It is found by itself when it is on the module or class path and native access is allowed
 * ({@code --enable-native-access=dev.weft.linux}); elsewhere the portable transport serves.
 */
@org.jspecify.annotations.NullMarked module dev.weft.linux {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires jdk.net;

    exports dev.weft.linux;
    // A worker's rehearsal has handlers, made as everybody's are.
    opens dev.weft.linux to dev.weft.net;

    provides dev.weft.net.spi.Transport with dev.weft.linux.EpollTransport, dev.weft.linux.UringTransport;
    provides dev.weft.net.spi.WorkerPools with dev.weft.linux.ProcessPools;
}
