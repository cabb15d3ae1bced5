/**
 * Queues that cross a connection and outlive it, and services that work between them, on the wire of socketlib (pysocklib).
 *
 * <p>Start at {@link dev.weft.queue.Link} and {@link dev.weft.queue.Service}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.queue {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires static java.logging;

    exports dev.weft.queue;
}
