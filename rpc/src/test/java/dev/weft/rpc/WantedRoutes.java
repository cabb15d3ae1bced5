package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Point;
import dev.weft.rpc.routeguide.Rectangle;
import dev.weft.rpc.routeguide.RouteNote;
import dev.weft.rpc.routeguide.RouteSummary;

/** The service that does what a call's header {@code want} asks for: what a client of another language is to be shown. */
final class WantedRoutes extends RouteService {
    private static final int LARGE = 65_536;

    private final Runnable drain;
    private final AtomicInteger sent = new AtomicInteger();
    /** How the call that waited or streamed last stands. */
    private volatile String ended = "nothing";

    /** With what ends the server, when that is wanted. */
    WantedRoutes(Runnable drain) {
        this.drain = drain;
    }

    private static String wanted() {
        return Call.current().headers().get("want").orElse("");
    }

    @Override
    public Feature getFeature(Point request) throws Exception {
        var call = Call.current();
        return switch (wanted()) {
            case "peer" -> feature(call.peer(), 0);
            case "time" -> feature(call.timeRemaining().map(left -> Long.toString(left.toMillis())).orElse("endless"), 0);
            case "ended" -> feature(ended, 0);
            case "sent" -> feature(Integer.toString(sent.get()), 0);
            case "echo" -> {
                echo(call.responseHeaders());
                echo(call.trailers());
                yield feature("echoed", 0);
            }
            case "trailers" -> {
                var failure = new RpcException(Status.ABORTED, "with trailers");
                failure.trailers().set("x-why-bin", new byte[] {0, -1});
                throw failure;
            }
            case "status" -> {
                var number = Integer.parseInt(call.headers().get("x-status").orElseThrow());
                throw call.abort(Status.of(number), "number " + number);
            }
            case "text" -> throw call.abort(Status.ABORTED, "50 % Glück\n你好 🐍");
            case "set" -> {
                call.status(Status.FAILED_PRECONDITION, "not now");
                yield feature("dropped", 0);
            }
            case "throw" -> throw new IllegalStateException("boom");
            case "details" -> throw new RpcException(Status.INVALID_ARGUMENT, "no such place")
                    .detail(BadRequest.newBuilder().addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("latitude")).build())
                    .detail(ErrorInfo.newBuilder().setReason("FLAT").build());
            case "wait" -> awaitInterrupt();
            case "limit" -> {
                call.limit(Duration.ofMillis(100));
                yield awaitInterrupt();
            }
            case "drain" -> {
                Thread.ofVirtual().start(drain);
                yield feature("draining", 0);
            }
            default -> super.getFeature(request);
        };
    }

    private static void echo(Metadata to) {
        var headers = Call.current().headers();
        headers.all("x-text").forEach(value -> to.add("x-text", value));
        headers.allBytes("x-bytes-bin").forEach(value -> to.add("x-bytes-bin", value));
        headers.allBytes("x-empty-bin").forEach(value -> to.add("x-empty-bin", value));
    }

    private Feature awaitInterrupt() throws InterruptedException {
        ended = "waiting";
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("nobody counts it down");
        } catch (InterruptedException e) {
            assertThat(Call.current().cancelled()).isTrue();
            ended = "interrupted";
            throw e;
        }
    }

    @Override
    public void listFeatures(Rectangle request, Outgoing<Feature> responses) throws Exception {
        var call = Call.current();
        switch (wanted()) {
            case "throw" -> super.listFeatures(request, new Outgoing<>() {
                private int left = 2;

                @Override
                public void send(Feature feature) {
                    if (left-- == 0) {
                        throw new IllegalStateException("boom");
                    }
                    responses.send(feature);
                }
            });
            case "headers" -> {
                call.responseHeaders().set("x-early", "yes");
                call.sendHeaders();
                awaitInterrupt();
            }
            case "endless" -> stream(responses, "small");
            case "large" -> stream(responses, "a".repeat(LARGE));
            case "huge" -> responses.send(feature("a".repeat(5_000_000), 0));
            default -> super.listFeatures(request, responses);
        }
    }

    private void stream(Outgoing<Feature> responses, String name) {
        ended = "streaming";
        sent.set(0);
        try {
            while (true) {
                responses.send(feature(name, 0));
                sent.incrementAndGet();
            }
        } finally {
            ended = Call.current().cancelled() ? "cancelled" : "broken";
        }
    }

    @Override
    public RouteSummary recordRoute(Incoming<Point> requests) throws Exception {
        if (wanted().equals("early")) {
            for (int i = 0; i < 3; i++) {
                requests.receive();
            }
            return RouteSummary.newBuilder().setPointCount(3).build();
        }
        return super.recordRoute(requests);
    }

    @Override
    public void routeChat(Incoming<RouteNote> requests, Outgoing<RouteNote> responses) throws Exception {
        switch (wanted()) {
            case "length" -> responses.send(note(Integer.toString(requests.receive().getMessage().length())));
            case "gzip" -> {
                Call.current().compression("gzip");
                super.routeChat(requests, responses);
            }
            default -> super.routeChat(requests, responses);
        }
    }
}
