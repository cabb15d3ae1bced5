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
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The suite under worker processes. Every server has workers of its own, each a JVM that must be started. So all rules run on TCP and UDP.
 * Those that depend on the kind of socket run once more on one of the other kinds, by turns. With {@code -Dweft.conformance.whole=true}, which the
 * Maven profile {@code matrix} sets, all run on every kind.
 */
@ExtendWith(CachedWorkers.class)
class WorkerConformanceTest {
    /** Kept here, or it would be collected with its level. */
    private static final Logger LOG = Logger.getLogger("dev.weft");
    private static final AtomicLong NAMES = new AtomicLong();
    private static final List<String> OF_THE_SOCKET = List.of("endings", "unread input", "datagrams");
    private static final int KINDS = 3;
    private static final boolean WHOLE = Boolean.getBoolean("weft.conformance.whole");

    /** What the suite provokes is told to its observers; the log need not repeat it. */
    @BeforeAll
    static void silenceTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @TestFactory
    Stream<DynamicNode> tcp() {
        return Conformance.streams(tcp("epoll"), workers());
    }

    @TestFactory
    Stream<DynamicNode> tcpOnUring() {
        return turn(0, Conformance.streams(tcp("io_uring"), workers()));
    }

    @TestFactory
    Stream<DynamicNode> unix(@TempDir Path folder) {
        return turn(1, Conformance.streams(unix("epoll", folder), workers()));
    }

    @TestFactory
    Stream<DynamicNode> unixOnUring(@TempDir Path folder) {
        return turn(2, Conformance.streams(unix("io_uring", folder), workers()));
    }

    @TestFactory
    Stream<DynamicNode> udp() {
        return Conformance.datagrams(DatagramSubject.of("udp", Transports.named("epoll"), WorkerConformanceTest::port), workers());
    }

    @TestFactory
    Stream<DynamicNode> unixDatagrams(@TempDir Path folder) {
        var subject = DatagramSubject.of("unix datagrams", Transports.named("epoll"), () -> fresh(folder));
        return turn(0, Conformance.datagrams(subject, workers()));
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

    /** As few requests as these make the workers' JVMs start quickly. */
    private static Concurrency workers() {
        return Workforce.workers(3).spare(0).requestsPerChild(100);
    }

    /** Of the rules that depend on the kind of socket, those whose turn it is on this kind. */
    private static Stream<DynamicNode> turn(int kind, Stream<DynamicNode> themes) {
        return WHOLE
                ? themes
                : themes.filter(theme -> OF_THE_SOCKET.contains(theme.getDisplayName()))
                        .map(theme -> DynamicContainer.dynamicContainer(theme.getDisplayName(), ((DynamicContainer) theme).getChildren()
                                .filter(rule -> Math.floorMod(rule.getDisplayName().hashCode(), KINDS) == kind)));
    }

    private static Address port() {
        return Address.of("localhost", 0);
    }

    private static Address fresh(Path folder) {
        return Address.unix(folder.resolve(NAMES.incrementAndGet() + ""));
    }
}
