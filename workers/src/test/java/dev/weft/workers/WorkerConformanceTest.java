package dev.weft.workers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Transports;
import dev.weft.net.spi.Transport;
import dev.weft.testkit.Conformance;
import dev.weft.testkit.DatagramSubject;
import dev.weft.testkit.StreamSubject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The suite under worker processes. Every server has workers of its own, each of which is a JVM to be started: so all of it runs on TCP and
 * UDP, and elsewhere only what depends on the kind of socket, unless {@code -Dweft.conformance.whole=true} asks for everything.
 */
class WorkerConformanceTest {
    /** Kept here, or it would be collected with its level. */
    private static final Logger LOG = Logger.getLogger("dev.weft");
    private static final AtomicLong NAMES = new AtomicLong();
    /** As few requests as these make the workers' JVMs start quickly. */
    private static final Concurrency WORKERS = Concurrency.processes(3).spare(0).requestsPerChild(100).jvmOptions("-Xmx64m");
    private static final boolean WHOLE = Boolean.getBoolean("weft.conformance.whole");

    /** What the suite provokes is told to its observers; the log need not repeat it. */
    @BeforeAll
    static void silenceTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @TestFactory
    Stream<DynamicNode> tcp() {
        return Conformance.streams(tcp("epoll"), WORKERS);
    }

    @TestFactory
    Stream<DynamicNode> tcpOnUring() {
        return some(Conformance.streams(tcp("io_uring"), WORKERS), "endings", "unread input");
    }

    @TestFactory
    Stream<DynamicNode> unix(@TempDir Path folder) {
        return some(Conformance.streams(unix("epoll", folder), WORKERS), "endings", "unread input");
    }

    @TestFactory
    Stream<DynamicNode> unixOnUring(@TempDir Path folder) {
        return some(Conformance.streams(unix("io_uring", folder), WORKERS), "endings", "unread input");
    }

    @TestFactory
    Stream<DynamicNode> udp() {
        return Conformance.datagrams(DatagramSubject.of("udp", Transports.named("epoll"), WorkerConformanceTest::port), WORKERS);
    }

    @TestFactory
    Stream<DynamicNode> unixDatagrams(@TempDir Path folder) {
        var subject = DatagramSubject.of("unix datagrams", Transports.named("epoll"), () -> fresh(folder));
        return some(Conformance.datagrams(subject, WORKERS), "datagrams");
    }

    private static StreamSubject tcp(String transport) {
        return StreamSubject.of("tcp on " + transport, transport(transport), WorkerConformanceTest::port);
    }

    private static StreamSubject unix(String transport, Path folder) {
        return StreamSubject.of("unix on " + transport, transport(transport), () -> fresh(folder)).lacking(StreamSubject.Trait.VISIBLE_RESET);
    }

    private static Transport transport(String name) {
        var transport = Transports.named(name);
        var reason = transport.unavailable();
        assumeTrue(reason.isEmpty(), () -> "SKIPPED: no " + name + " here: " + reason.orElse(""));
        return transport;
    }

    private static Stream<DynamicNode> some(Stream<DynamicNode> themes, String... wanted) {
        return themes.filter(t -> WHOLE || List.of(wanted).contains(t.getDisplayName()));
    }

    private static Address port() {
        return Address.of("localhost", 0);
    }

    private static Address fresh(Path folder) {
        return Address.unix(folder.resolve(NAMES.incrementAndGet() + ""));
    }
}
