/**
 * Worker processes: {@code Concurrency.processes} runs handlers in JVMs of their own, each handed one request at a time.
 *
 * <p>It is found by itself when it is on the module or class path. It needs what the native transport needs: Linux, and native access for
 * {@code dev.weft.linux}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.workers {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires dev.weft.linux;

    exports dev.weft.workers;
    // A worker's rehearsal has handlers; a server makes one object of them a request.
    opens dev.weft.workers to dev.weft.net;

    provides dev.weft.net.spi.WorkerPools with dev.weft.workers.ProcessPools;
}
