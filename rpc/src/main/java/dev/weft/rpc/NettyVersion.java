package dev.weft.rpc;

import java.util.List;
import java.util.Map;

import io.netty.util.Version;

/**
 * Whether the transport's libraries are of the generation that this module needs. Where a platform pins them to another one (Spring Boot 3 has Netty
 * 4.1), nothing would start, and the missing class would say nothing to anybody.
 */
final class NettyVersion {
    /** What this module is built and tested with. */
    static final String TESTED = "4.2.17.Final";

    private static final List<String> NEEDED = List.of("netty-common", "netty-buffer", "netty-transport", "netty-handler", "netty-codec-http2");

    private NettyVersion() {}

    /**
     * Once for each server and client that is made.
     *
     * @throws IllegalStateException when it is another, saying which and what to do
     */
    static void check() {
        Checked.result.ifWrong();
    }

    private record Result(String wrong) {
        void ifWrong() {
            if (!wrong.isEmpty()) {
                throw new IllegalStateException(wrong);
            }
        }
    }

    /** Looked at once. */
    private static final class Checked {
        static final Result result = new Result(look(NettyVersion.class.getClassLoader()));
    }

    private static String look(ClassLoader loader) {
        var old = older(Version.identify(loader));
        if (old.isEmpty() && !exists(loader)) {
            old = "an older Netty";
        }
        return old.isEmpty() ? "" : "weft-rpc needs Netty 4.2, and finds " + old
                + ", which something else in the build asks for (Spring Boot 3 and its"
                + " BOM, for example); set Netty's version to " + TESTED
                + ": in Maven <netty.version>" + TESTED + "</netty.version> where a Spring Boot"
                + " parent sets it, otherwise io.netty:netty-bom:" + TESTED + " as the first import of dependencyManagement; in Gradle"
                + " implementation(enforcedPlatform(\"io.netty:netty-bom:" + TESTED + "\"))";
    }

    private static String older(Map<String, Version> found) {
        for (var artifact : NEEDED) {
            var version = found.get(artifact);
            if (version != null && isOlder(version.artifactVersion())) {
                return artifact + " " + version.artifactVersion();
            }
        }
        return "";
    }

    static boolean isOlder(String version) {
        var parts = version.split("[.-]", 3);
        try {
            var major = Integer.parseInt(parts[0]);
            return major < 4 || (major == 4 && parts.length > 1 && Integer.parseInt(parts[1]) < 2);
        } catch (NumberFormatException e) {
            return false; // somebody's own
        }
    }

    /** For libraries that have been repackaged without their versions. */
    private static boolean exists(ClassLoader loader) {
        try {
            Class.forName("io.netty.channel.MultiThreadIoEventLoopGroup", false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
