package dev.weft.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.net.Transports;

/** What this kernel lets tests use. */
public final class TransportsHere {
    private TransportsHere() {}

    /** Skips the test, loudly, where a transport can't be had. */
    public static void assume(String name) {
        var reason = Transports.named(name).unavailable();
        assumeTrue(reason.isEmpty(), () -> "SKIPPED: no " + name + " here: " + reason.orElse(""));
    }
}
