package dev.weft.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Tls;
import dev.weft.net.Transports;
import dev.weft.testkit.Conformance;
import dev.weft.testkit.DatagramSubject;
import dev.weft.testkit.Faults;
import dev.weft.testkit.FaultyTransport;
import dev.weft.testkit.StreamSubject;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The suite on a native transport: every rule at every kind of address, and under every concurrency at one of them at least. */
abstract class LinuxConformance {
    /** Kept here, or it would be collected with its level. */
    private static final Logger LOG = Logger.getLogger("dev.weft.net");
    private static final AtomicLong NAMES = new AtomicLong();
    private static final List<Concurrency> EACH = List.of(Concurrency.sequential(), Concurrency.virtualThreads(),
            Concurrency.platformThreads(8));
    private static final Faults ROUGH = Faults.none().fragmenting().delaying(0.02, Duration.ofMillis(1));

    private final String transport;

    LinuxConformance(String transport) {
        this.transport = transport;
    }

    /** What the suite provokes is told to its observers; the log need not repeat it. */
    @BeforeAll
    static void silenceTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @BeforeEach
    void skipWithoutTheTransport() {
        var reason = Transports.named(transport).unavailable();
        assumeTrue(reason.isEmpty(), () -> "SKIPPED: no " + transport + " here: " + reason.orElse(""));
    }

    @TestFactory
    Stream<DynamicNode> tcp() {
        return Conformance.streams(StreamSubject.of("tcp", Transports.named(transport), LinuxConformance::port), EACH, 0);
    }

    @TestFactory
    Stream<DynamicNode> tcpOnIpv6() {
        return Conformance.streams(StreamSubject.of("tcp on IPv6", Transports.named(transport), () -> Address.of("::1", 0)), EACH, 1);
    }

    @TestFactory
    Stream<DynamicNode> tls() {
        var subject = StreamSubject.of("tls", Transports.named(transport), LinuxConformance::port).tls(
                Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()), Tls.client().trust(TestCertificates.authority()));
        return Conformance.streams(subject, EACH, 2);
    }

    @TestFactory
    Stream<DynamicNode> unix(@TempDir Path folder) {
        return Conformance.streams(unix("unix", () -> Address.unix(folder.resolve(NAMES.incrementAndGet() + ""))), EACH, 3);
    }

    @TestFactory
    Stream<DynamicNode> abstractUnix() {
        return Conformance.streams(unix("abstract unix", LinuxConformance::abstractName), EACH, 4);
    }

    @TestFactory
    Stream<DynamicNode> faultyTcp() {
        var subject = StreamSubject.of("faulty tcp", FaultyTransport.around(Transports.named(transport), ROUGH), LinuxConformance::port)
                .lacking(StreamSubject.Trait.WHOLE_WRITES);
        return Conformance.streams(subject, EACH, 5);
    }

    @TestFactory
    Stream<DynamicNode> udp() {
        return datagrams(DatagramSubject.of("udp", Transports.named(transport), LinuxConformance::port));
    }

    @TestFactory
    Stream<DynamicNode> unixDatagrams(@TempDir Path folder) {
        return datagrams(DatagramSubject.of("unix datagrams", Transports.named(transport),
                () -> Address.unix(folder.resolve(NAMES.incrementAndGet() + ""))));
    }

    private StreamSubject unix(String name, Supplier<Address> addresses) {
        return StreamSubject.of(name, Transports.named(transport), addresses).lacking(StreamSubject.Trait.VISIBLE_RESET);
    }

    private static Stream<DynamicNode> datagrams(DatagramSubject subject) {
        return EACH.stream().map(concurrency -> DynamicContainer.dynamicContainer(subject + ", " + concurrency,
                Conformance.datagrams(subject, concurrency)));
    }

    private static Address port() {
        return Address.of("localhost", 0);
    }

    private static Address abstractName() {
        return Address.unixAbstract("weft-conformance-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
    }
}
