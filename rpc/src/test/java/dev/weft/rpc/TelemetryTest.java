package dev.weft.rpc;

import static dev.weft.rpc.RouteService.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Set;
import java.util.stream.Collectors;

import dev.weft.rpc.routeguide.RouteGuide;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TelemetryTest {
    @Test
    void both_sides_count_calls_under_the_names_that_grpc_gives_them() {
        var reader = InMemoryMetricReader.create();
        try (var sdk = OpenTelemetrySdk.builder().setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build()).build();
                var pair = Place.TCP.open(server -> server.telemetry(Telemetry.to(sdk)), client -> client.telemetry(Telemetry.to(sdk)),
                        new RouteService())) {
            assertThat(RouteGuide.client(pair.client()).getFeature(point(30)).getName()).isEqualTo("feature 3");

            await().untilAsserted(() -> assertThat(names(reader)).contains("grpc.server.call.duration of routeguide.RouteGuide/GetFeature",
                    "grpc.client.call.duration of routeguide.RouteGuide/GetFeature"));
        }
    }

    @Test
    void no_metrics_are_kept_without_it() {
        var reader = InMemoryMetricReader.create();
        try (var _ = SdkMeterProvider.builder().registerMetricReader(reader).build(); var pair = Place.TCP.open(new RouteService())) {
            RouteGuide.client(pair.client()).getFeature(point(30));
            assertThat(names(reader)).isEmpty();
        }
    }

    private static Set<String> names(InMemoryMetricReader reader) {
        return reader.collectAllMetrics().stream().filter(metric -> metric.getType() == MetricDataType.HISTOGRAM)
                .flatMap(metric -> metric.getHistogramData().getPoints().stream()
                        .map(point -> metric.getName() + " of " + point.getAttributes().get(AttributeKey.stringKey("grpc.method"))))
                .collect(Collectors.toSet());
    }
}
