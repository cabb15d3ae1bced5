package dev.weft.rpc;

import static dev.weft.rpc.RouteService.note;
import static dev.weft.rpc.RouteService.point;
import static dev.weft.rpc.RouteService.rectangle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.NoSuchElementException;

import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.rpc.routeguide.RouteNote;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@DisplayName("The four kinds of calls, everywhere (SPEC RPC-1, RPC-3, RPC-5)")
@Timeout(60)
class KindsTest {
    @EveryPlace
    void one_request_has_one_response(Place place) {
        try (var pair = place.open(new RouteService())) {
            assertThat(RouteGuide.client(pair.client()).getFeature(point(30)).getName()).isEqualTo("feature 3");
        }
    }

    @EveryPlace
    void one_request_has_many_responses_in_their_order(Place place) {
        try (var pair = place.open(new RouteService())) {
            assertThat(RouteGuide.client(pair.client()).listFeatures(rectangle(20, 50))).extracting(Feature::getName)
                    .containsExactly("feature 2", "feature 3", "feature 4", "feature 5");
        }
    }

    @EveryPlace
    void one_request_may_have_no_response(Place place) {
        try (var pair = place.open(new RouteService())) {
            assertThat(RouteGuide.client(pair.client()).listFeatures(rectangle(1, 2))).isEmpty();
        }
    }

    @EveryPlace
    void many_requests_have_one_response(Place place) {
        try (var pair = place.open(new RouteService())) {
            var summary = RouteGuide.client(pair.client()).recordRoute(route -> {
                for (int i = 0; i < 1000; i++) {
                    route.send(point(i));
                }
            });
            assertThat(summary.getPointCount()).isEqualTo(1000);
        }
    }

    @EveryPlace
    void no_request_has_one_response(Place place) {
        try (var pair = place.open(new RouteService())) {
            assertThat(RouteGuide.client(pair.client()).recordRoute(_ -> {}).getPointCount()).isZero();
        }
    }

    @EveryPlace
    void many_requests_have_many_responses_one_after_the_other(Place place) {
        try (var pair = place.open(new RouteService()); var chat = RouteGuide.client(pair.client()).routeChat()) {
            for (int i = 0; i < 100; i++) {
                chat.send(note("n" + i));
                assertThat(chat.receive().getMessage()).isEqualTo("seen: n" + i);
            }
            chat.finish();
            assertThatThrownBy(chat::receive).isInstanceOf(NoSuchElementException.class);
        }
    }

    @EveryPlace
    void one_thread_sends_while_another_receives(Place place) throws InterruptedException {
        try (var pair = place.open(new RouteService()); var chat = RouteGuide.client(pair.client()).routeChat()) {
            var sender = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    chat.send(note("n" + i));
                }
                chat.finish();
            });
            var seen = new ArrayList<String>();
            for (RouteNote note : chat) {
                seen.add(note.getMessage());
            }
            sender.join();
            assertThat(seen).hasSize(5_000).startsWith("seen: n0").endsWith("seen: n4999");
        }
    }
}
