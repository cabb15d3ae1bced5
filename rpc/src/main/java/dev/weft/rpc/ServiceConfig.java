package dev.weft.rpc;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What gRPC's service config says, in the shape of its JSON (gRFC A2, A6). */
final class ServiceConfig {
    private ServiceConfig() {}

    /** That each method is tried again. */
    static Map<String, ?> retry(int attempts, Duration first, Duration longest, Status... on) {
        var policy = Map.of("maxAttempts", (double) attempts, "initialBackoff", seconds(first), "maxBackoff", seconds(longest),
                "backoffMultiplier", 2.0, "retryableStatusCodes", Arrays.stream(on).map(Status::name).toList());
        return Map.of("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy)));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%d.%09ds", time.toSeconds(), time.toNanosPart());
    }
}
