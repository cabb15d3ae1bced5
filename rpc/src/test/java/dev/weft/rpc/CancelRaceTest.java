package dev.weft.rpc;

import static dev.weft.rpc.RouteService.feature;
import static dev.weft.rpc.RouteService.note;
import static dev.weft.rpc.RouteService.point;
import static dev.weft.rpc.RouteService.rectangle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

import dev.weft.rpc.RacePlan.ClientEnd;
import dev.weft.rpc.RacePlan.Outcome;
import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Point;
import dev.weft.rpc.routeguide.Rectangle;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.rpc.routeguide.RouteNote;
import dev.weft.rpc.routeguide.RouteSummary;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A thousand calls, each ended by both sides at about the same time; ten thousand with the profile matrix. What is drawn comes from the seed
 * in the test's name, which {@code -Dweft.rpc.seed} repeats; what the threads make of it is theirs.
 */
@DisplayName("However both sides end a call, its caller has one outcome and nothing is left (SPEC RPC-7 to RPC-9, RPC-12)")
@Timeout(300)
class CancelRaceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SHARE = Boolean.getBoolean("weft.exhaustive") ? 1 : 10;

    static Stream<Arguments> races() {
        var seed = Long.getLong("weft.rpc.seed", System.nanoTime());
        return Stream.of(Arguments.of(Place.TCP, 6_000 / SHARE, seed), Arguments.of(Place.UNIX, 1_000 / SHARE, seed + 1),
                Arguments.of(Place.MEMORY, 3_000 / SHARE, seed + 2));
    }

    @ParameterizedTest(name = "{0}: {1} rounds with seed {2}")
    @MethodSource("races")
    void every_call_ends_once_on_both_sides(Place place, int rounds, long seed) throws Exception {
        var random = new Random(seed);
        try (var ground = new Ground(place)) {
            for (int round = 0; round < rounds; round++) {
                var plan = RacePlan.draw(round, random);
                if (plan.drained() || plan.client() == ClientEnd.CLOSE_CLIENT) {
                    try (var own = plan.drained() ? new Ground(place) : ground.withOwnClient()) {
                        run(plan, own);
                    }
                } else {
                    run(plan, ground);
                }
            }
            ground.assertNothingIsLeft();
        }
    }

    private static void run(RacePlan plan, Ground ground) throws Exception {
        var race = new Race(plan, ground);
        ground.methods.races.put(plan.round(), race);
        var outcome = race.run();
        assertThat(plan.legal()).as("outcomes of %s, told %s", plan, race.told).contains(outcome);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofNanos(50_000)).atMost(PATIENCE).untilAsserted(() -> {
            assertThat(ground.server.stats().active()).as("calls that go on after %s", plan).isZero();
            assertThat(race.left.get()).as("times that the method ended, of %s", plan).isEqualTo(race.entered.get());
        });
        assertThat(race.entered.get()).as("times that the method ran, of %s", plan).isLessThanOrEqualTo(1);
        ground.methods.races.remove(plan.round());
    }

    /** A server, a client, and what is known of the calls between them. */
    private static final class Ground implements AutoCloseable {
        private final RpcServer server;
        private final RpcClient client;
        private final Methods methods;
        private final boolean ownsServer;

        Ground(Place place) throws IOException {
            methods = new Methods();
            // As many cancelled calls as here are an attack elsewhere.
            server = place.server().maxResets(1_000_000, Duration.ofSeconds(1)).observer(methods).start(methods);
            client = place.client(server).open();
            ownsServer = true;
        }

        private Ground(Ground other, RpcClient client) {
            methods = other.methods;
            server = other.server;
            this.client = client;
            ownsServer = false;
        }

        Ground withOwnClient() throws IOException {
            return new Ground(this, RpcClient.to(server.address()).open());
        }

        void assertNothingIsLeft() {
            client.close();
            assertThat(server.drain(PATIENCE).clean()).isTrue();
            Held.awaitNothing(server);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(methods.ended.sum()).as("calls that ended").isEqualTo(methods.started.sum()));
            var stats = server.stats();
            assertThat(stats.succeeded() + stats.failed()).as("of %s", stats).isEqualTo(stats.begun());
        }

        @Override
        public void close() {
            client.close();
            if (ownsServer) {
                server.close();
            }
        }
    }

    /** One round. */
    private static final class Race {
        private final RacePlan plan;
        private final Ground ground;
        private final AtomicInteger entered = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();
        private volatile String told = "nothing";
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        /** The stream, once there is one. */
        private final CompletableFuture<AutoCloseable> stream = new CompletableFuture<>();

        Race(RacePlan plan, Ground ground) {
            this.plan = plan;
            this.ground = ground;
        }

        Outcome run() throws Exception {
            var caller = Thread.ofVirtual().start(this::call);
            var drainer = plan.drained() ? Thread.ofVirtual().start(() -> {
                RacePlan.pause(plan.drainNanos());
                ground.server.drain(Duration.ofNanos(1));
            }) : null;
            switch (plan.client()) {
                case INTERRUPT -> {
                    RacePlan.pause(plan.clientNanos());
                    caller.interrupt();
                }
                case CLOSE_CLIENT -> {
                    RacePlan.pause(plan.clientNanos());
                    ground.client.close();
                }
                case LEAVE -> {
                    if (plan.kind() != RacePlan.Kind.CLIENT_STREAM) {
                        CompletableFuture.anyOf(stream, outcome).exceptionally(_ -> plan).join();
                        RacePlan.pause(plan.clientNanos());
                        if (stream.isDone()) {
                            stream.join().close();
                        }
                    }
                }
                default -> {}
            }
            assertThat(caller.join(PATIENCE)).as("the caller has its outcome, of %s; it is at %s", plan, List.of(caller.getStackTrace()))
                    .isTrue();
            if (drainer != null) {
                assertThat(drainer.join(PATIENCE)).as("the drain ended, of %s", plan).isTrue();
            }
            return outcome.get();
        }

        private void call() {
            try {
                var options = CallOptions.defaults().header("round", Integer.toString(plan.round()));
                var routes = RouteGuide.client(ground.client)
                        .with(plan.client() == ClientEnd.DEADLINE ? options.deadline(Duration.ofNanos(plan.clientNanos())) : options);
                outcome.complete(outcome(routes));
            } catch (Throwable t) {
                outcome.completeExceptionally(t);
            }
        }

        private Outcome outcome(RouteGuide.Client routes) {
            try {
                switch (plan.kind()) {
                    case UNARY -> assertThat(routes.getFeature(point(1)).getName()).isEqualTo("raced");
                    case SERVER_STREAM -> read(routes.listFeatures(rectangle(0, 0)));
                    case CLIENT_STREAM -> assertThat(routes.recordRoute(this::feed).getPointCount()).isEqualTo(1);
                    case EXCHANGE -> talk(routes.routeChat());
                }
                return Outcome.OK;
            } catch (Leaving e) {
                return Outcome.LEFT;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("is closed");
                return Outcome.CLOSED;
            } catch (RpcException e) {
                told = e.toString();
                if (plan.client() == ClientEnd.INTERRUPT && e.status() == Status.CANCELLED) {
                    assertThat(Thread.currentThread().isInterrupted()).as("the interrupt stays, of %s", plan).isTrue();
                }
                return Outcome.valueOf(e.status().name());
            }
        }

        /** What was told once is told again. */
        private void read(Incoming<?> responses) {
            stream.complete(responses);
            try {
                while (responses.iterator().hasNext()) {
                    responses.receive();
                }
            } catch (RpcException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    assertThatThrownBy(responses::receive).isInstanceOfSatisfying(RpcException.class,
                            again -> assertThat(again.status()).as("%s", plan).isEqualTo(e.status()));
                }
                throw e;
            }
            if (plan.client() == ClientEnd.NOTHING && !plan.drained()) {
                assertThatThrownBy(responses::receive).isInstanceOf(NoSuchElementException.class);
            }
        }

        private void talk(Exchange<RouteNote, RouteNote> exchange) {
            stream.complete(exchange);
            for (int i = 0; i < plan.messages(); i++) {
                try {
                    exchange.send(note("n" + i));
                } catch (RpcException e) {
                    break; // why it is over is told where responses are read
                }
            }
            exchange.finish();
            read(exchange);
        }

        private void feed(Outgoing<Point> requests) {
            for (int i = 0; i < plan.messages(); i++) {
                requests.send(point(i));
            }
            if (plan.client() == ClientEnd.LEAVE) {
                RacePlan.pause(plan.clientNanos());
                throw new Leaving();
            }
        }
    }

    /** What a feed throws that has had enough. */
    private static final class Leaving extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The methods: each does what its round says. */
    private static final class Methods extends RouteService implements RpcObserver {
        private final ConcurrentHashMap<Integer, Race> races = new ConcurrentHashMap<>();
        private final LongAdder started = new LongAdder();
        private final LongAdder ended = new LongAdder();

        /** The body of a method. */
        private interface Body {
            void run(RacePlan plan) throws Exception;
        }

        private void race(Body body) throws Exception {
            var race = races.get(Integer.parseInt(Call.current().headers().get("round").orElseThrow()));
            assertThat(race).as("a round that is not over").isNotNull();
            race.entered.incrementAndGet();
            try {
                body.run(race.plan);
                RacePlan.pause(race.plan.serverNanos());
                switch (race.plan.server()) {
                    case RETURN -> {}
                    case THROW -> throw new IllegalStateException("raced");
                    case ABORT -> throw Call.current().abort(Status.ABORTED, "raced");
                    case WAIT -> new CountDownLatch(1).await();
                }
            } finally {
                race.left.incrementAndGet();
            }
        }

        @Override
        public Feature getFeature(Point request) throws Exception {
            race(_ -> {});
            return feature("raced", 0);
        }

        @Override
        public void listFeatures(Rectangle request, Outgoing<Feature> responses) throws Exception {
            race(plan -> {
                for (int i = 0; i < plan.messages(); i++) {
                    responses.send(feature("raced", i));
                }
            });
        }

        @Override
        public RouteSummary recordRoute(Incoming<Point> requests) throws Exception {
            race(plan -> {
                for (int i = 0; i < plan.messages() / 2; i++) {
                    requests.receive();
                }
            });
            return RouteSummary.newBuilder().setPointCount(1).build();
        }

        @Override
        public void routeChat(Incoming<RouteNote> requests, Outgoing<RouteNote> responses) throws Exception {
            race(_ -> {
                for (var note : requests) {
                    responses.send(note);
                }
            });
        }

        @Override
        public void started(Call call) {
            started.increment();
        }

        @Override
        public void ended(Call call, Status status, Duration took) {
            ended.increment();
        }

        @Override
        public void failed(Call call, Throwable failure) {
            // On purpose, or it shows in what the caller is told.
        }
    }
}
