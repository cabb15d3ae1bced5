package dev.weft.testkit;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The suite on every transport of {@code dev.weft.net}, with and without a bad network; each rule under every concurrency on each of them. */
class ConformanceTest {
    /** Kept here, or it would be collected with its level. */
    private static final Logger LOG = Logger.getLogger("dev.weft.net");
    private static final AtomicLong NAMES = new AtomicLong();
    private static final List<Concurrency> EACH = List.of(Concurrency.sequential(), Concurrency.virtualThreads(),
            Concurrency.platformThreads(8));
    private static final Faults ROUGH = Faults.none().fragmenting().delaying(0.02, Duration.ofMillis(1));

    /** What the suite provokes is told to its observers; the log need not repeat it. */
    @BeforeAll
    static void silenceTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @TestFactory
    Stream<DynamicNode> tcp() {
        return Conformance.streams(StreamSubject.of("tcp", Transports.named("nio"), ConformanceTest::port), EACH, 0);
    }

    @TestFactory
    Stream<DynamicNode> tls() {
        var subject = StreamSubject.of("tls", Transports.named("nio"), ConformanceTest::port).tls(
                Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()), Tls.client().trust(TestCertificates.authority()));
        return Conformance.streams(subject, EACH, 1);
    }

    @TestFactory
    Stream<DynamicNode> unix(@TempDir Path folder) {
        var subject = StreamSubject.of("unix", Transports.named("nio"), () -> Address.unix(folder.resolve(NAMES.incrementAndGet() + "")))
                .lacking(StreamSubject.Trait.VISIBLE_RESET);
        return Conformance.streams(subject, EACH, 2);
    }

    @TestFactory
    Stream<DynamicNode> memory() {
        var subject = StreamSubject.of("memory", Transports.named("memory"), ConformanceTest::name);
        return EACH.stream().map(concurrency -> DynamicContainer.dynamicContainer(subject + ", " + concurrency,
                Conformance.streams(subject, concurrency)));
    }

    @TestFactory
    Stream<DynamicNode> faultyTcp() {
        return Conformance.streams(faulty("nio", ConformanceTest::port), EACH, 3);
    }

    @TestFactory
    Stream<DynamicNode> faultyMemory() {
        return Conformance.streams(faulty("memory", ConformanceTest::name), EACH, 1);
    }

    @TestFactory
    Stream<DynamicNode> udp() {
        var subject = DatagramSubject.of("udp", Transports.named("nio"), ConformanceTest::port);
        return EACH.stream().map(concurrency -> DynamicContainer.dynamicContainer(subject + ", " + concurrency,
                Conformance.datagrams(subject, concurrency)));
    }

    private static StreamSubject faulty(String inner, Supplier<Address> addresses) {
        return StreamSubject.of("faulty " + inner, FaultyTransport.around(Transports.named(inner), ROUGH), addresses)
                .lacking(StreamSubject.Trait.WHOLE_WRITES);
    }

    private static Address port() {
        return Address.of("localhost", 0);
    }

    private static Address name() {
        return Address.memory("conformance-" + NAMES.incrementAndGet());
    }
}
