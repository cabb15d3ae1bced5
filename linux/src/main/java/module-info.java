/**
 * The native Linux transport: epoll and io_uring under virtual threads, Unix datagrams, inherited sockets.
 *
 * <p>It is found by itself when it is on the module or class path and native access is allowed
 * ({@code --enable-native-access=dev.weft.linux}); elsewhere the portable transport serves.
 */
@SuppressWarnings("module") // the module that packages are exported to is not there yet when this one is compiled
@org.jspecify.annotations.NullMarked module dev.weft.linux {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires jdk.net;

    exports dev.weft.linux;
    exports dev.weft.linux.poll to dev.weft.workers;
    exports dev.weft.linux.socket to dev.weft.workers;
    exports dev.weft.linux.sys to dev.weft.workers;

    provides dev.weft.net.spi.Transport with dev.weft.linux.EpollTransport, dev.weft.linux.UringTransport;
}
