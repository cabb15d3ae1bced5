/**
 * What tests of servers need: time moved by hand, a seeded fault injector around any transport, certificates, and the conformance suite.
 *
 * <p>Start at {@link dev.weft.testkit.Conformance} to prove a transport, at {@link dev.weft.testkit.ManualTime} and
 * {@link dev.weft.testkit.FaultyTransport} to test a program.
 */
@org.jspecify.annotations.NullMarked module dev.weft.testkit {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires transitive org.junit.jupiter.api;

    exports dev.weft.testkit;

    // Whatever is plugged in goes into the class path of a child.
    uses dev.weft.net.spi.Transport;
    uses dev.weft.net.spi.WorkerPools;

    // The suite's own handler classes are package-private, and a server makes one object of them a connection.
    opens dev.weft.testkit to dev.weft.net;
}
