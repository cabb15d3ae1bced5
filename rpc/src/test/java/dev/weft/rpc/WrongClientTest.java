package dev.weft.rpc;

import static dev.weft.rpc.RouteService.point;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Point;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.rpc.routeguide.RouteSummary;
import io.grpc.Status.Code;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Clients that break the rules harm themselves only (SPEC RPC-4, RPC-7)")
@Timeout(60)
class WrongClientTest {
    private static final String GET = "routeguide.RouteGuide/GetFeature";
    private static final String LIST = "routeguide.RouteGuide/ListFeatures";
    private static final String RECORD = "routeguide.RouteGuide/RecordRoute";

    private final byte[] one = point(10).toByteArray();

    @Test
    void one_request_is_what_such_a_method_takes() throws InvalidProtocolBufferException {
        try (var pair = Place.TCP.open(new RouteService()); var raw = new RawClient(pair.server())) {
            assertThat(Feature.parseFrom(raw.call(GET, one).responses().getFirst()).getName()).isEqualTo("feature 1");
        }
    }

    @Test
    void two_requests_are_too_many() {
        try (var pair = Place.TCP.open(new RouteService()); var raw = new RawClient(pair.server())) {
            for (var method : new String[] {GET, LIST}) {
                var answer = raw.call(method, one, one);
                assertThat(answer.status().getCode()).as(method).isEqualTo(Code.INTERNAL);
                assertThat(answer.status().getDescription()).contains(method);
                assertThat(answer.responses()).isEmpty();
            }
        }
    }

    @Test
    void none_are_too_few() {
        try (var pair = Place.TCP.open(new RouteService()); var raw = new RawClient(pair.server())) {
            for (var method : new String[] {GET, LIST}) {
                var answer = raw.call(method);
                assertThat(answer.status().getCode()).as(method).isEqualTo(Code.INTERNAL);
                assertThat(answer.status().getDescription()).contains(method);
            }
        }
    }

    @Test
    void bytes_that_are_no_message_end_their_own_call_only() throws Exception {
        var go = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        try (var pair = Place.TCP.open(new RouteService(), Words.saying(word -> {
            begun.countDown();
            go.await();
            return word;
        })); var raw = new RawClient(pair.server())) {
            var other = Meanwhile.doing(() -> new String(raw.call(Words.SAY.name(), "same connection".getBytes()).responses().getFirst()));
            begun.await();
            assertThat(raw.call(GET, RawClient.NO_MESSAGE).status().getCode()).isEqualTo(Code.INTERNAL);
            assertThat(raw.call(LIST, RawClient.NO_MESSAGE).status().getCode()).isEqualTo(Code.INTERNAL);
            assertThat(raw.call(RECORD, one, RawClient.NO_MESSAGE, one).status().getCode()).isEqualTo(Code.INTERNAL);
            assertThat(raw.call(GET, one).status().isOk()).isTrue();
            go.countDown();
            assertThat(other.get()).isEqualTo("same connection");
            assertThat(RouteGuide.client(pair.client()).getFeature(point(10)).getName()).isEqualTo("feature 1");
            assertThat(pair.server().stats().active()).isZero();
        }
    }

    @Test
    void their_places_are_free_again() {
        try (var pair = Place.TCP.open(s -> s.maxCalls(1), c -> c, new RouteService()); var raw = new RawClient(pair.server())) {
            for (int i = 0; i < 100; i++) {
                assertThat(raw.call(GET, RawClient.NO_MESSAGE).status().getCode()).isEqualTo(Code.INTERNAL);
                assertThat(raw.call(GET).status().getCode()).isEqualTo(Code.INTERNAL);
                assertThat(raw.call(GET, one).status().isOk()).isTrue();
            }
        }
    }

    @Test
    void what_is_not_there_is_said_to_be_so() {
        try (var pair = Place.TCP.open(new RouteService()); var raw = new RawClient(pair.server())) {
            for (var method : new String[] {"routeguide.RouteGuide/Sing", "birds.Birds/Sing", "routeguide.RouteGuide/getfeature", "a/b/c"}) {
                var answer = raw.call(method, one);
                assertThat(answer.status().getCode()).as(method).isEqualTo(Code.UNIMPLEMENTED);
                assertThat(answer.status().getDescription()).isEqualTo("Method not found!");
            }
        }
    }

    /** Messages are built by the names of fields, and types are the compiler's matter; what is left is what the other side may not know. */
    @Test
    void fields_that_this_side_does_not_know_are_kept() throws InvalidProtocolBufferException {
        var seen = Point.newBuilder().setLatitude(1)
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).build()).build()).build();
        try (var pair = Place.TCP.open(new RouteService() {
            @Override
            public Feature getFeature(Point request) {
                return Feature.newBuilder().setLocation(request).build();
            }
        }); var raw = new RawClient(pair.server())) {
            assertThat(Feature.parseFrom(raw.call(GET, seen.toByteArray()).responses().getFirst()).getLocation()).isEqualTo(seen);
        }
    }

    @Test
    void no_request_at_all_is_an_empty_stream() throws InvalidProtocolBufferException {
        try (var pair = Place.TCP.open(new RouteService()); var raw = new RawClient(pair.server())) {
            assertThat(RouteSummary.parseFrom(raw.call(RECORD).responses().getFirst()).getPointCount()).isZero();
        }
    }
}
