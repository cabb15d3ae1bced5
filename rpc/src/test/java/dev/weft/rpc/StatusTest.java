package dev.weft.rpc;

import static dev.weft.rpc.RouteService.point;
import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;

import com.google.protobuf.StringValue;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import dev.weft.rpc.routeguide.RouteGuide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Statuses, their numbers and their details (SPEC RPC-7, RPC-15)")
@Timeout(60)
class StatusTest {
    @Test
    void they_have_the_numbers_of_grpc() {
        assertThat(Arrays.stream(Status.values()).map(s -> s.name() + " " + s.number())).containsExactly("OK 0", "CANCELLED 1", "UNKNOWN 2",
                "INVALID_ARGUMENT 3", "DEADLINE_EXCEEDED 4", "NOT_FOUND 5", "ALREADY_EXISTS 6", "PERMISSION_DENIED 7", "RESOURCE_EXHAUSTED 8",
                "FAILED_PRECONDITION 9", "ABORTED 10", "OUT_OF_RANGE 11", "UNIMPLEMENTED 12", "INTERNAL 13", "UNAVAILABLE 14", "DATA_LOSS 15",
                "UNAUTHENTICATED 16");
        for (var status : Status.values()) {
            assertThat(Status.of(status.number())).isSameAs(status);
            assertThat(io.grpc.Status.fromCodeValue(status.number()).getCode().name()).isEqualTo(status.name());
        }
        assertThatThrownBy(() -> Status.of(17)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("17");
        assertThatThrownBy(() -> Status.of(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
    }

    @EveryPlace
    void each_gets_to_the_client(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            throw new RpcException(Status.valueOf(word), "it is " + word);
        }))) {
            for (var status : Status.values()) {
                if (status != Status.OK) {
                    var failure = failure(() -> Words.say(pair.client(), status.name()));
                    assertThat(failure.status()).isEqualTo(status);
                    assertThat(failure).hasMessage("it is " + status);
                }
            }
        }
    }

    @EveryPlace
    void its_text_may_be_any(Place place) {
        try (var pair = place.open(Words.saying(word -> {
            throw new RpcException(Status.ABORTED, word);
        }))) {
            for (var text : new String[] {"", " ", "50% off", "two\r\nlines", "grün 中文 😀", "x".repeat(2_000)}) {
                assertThat(failure(() -> Words.say(pair.client(), text))).hasMessage(text);
            }
        }
    }

    @Test
    void ok_is_no_failure() {
        assertThatThrownBy(() -> new RpcException(Status.OK, "fine")).isInstanceOf(IllegalArgumentException.class);
    }

    @EveryPlace
    void details_of_any_type_go_with_it(Place place) {
        var violation = BadRequest.FieldViolation.newBuilder().setField("latitude").setDescription("beyond the pole").build();
        try (var pair = place.open(Words.saying(_ -> {
            throw new RpcException(Status.INVALID_ARGUMENT, "no such place").detail(BadRequest.newBuilder().addFieldViolations(violation).build())
                    .detail(StringValue.of("grün"));
        }))) {
            var failure = failure(() -> Words.say(pair.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.INVALID_ARGUMENT);
            assertThat(failure).hasMessage("no such place");
            assertThat(failure.details()).hasSize(2);
            assertThat(failure.detail(BadRequest.class).orElseThrow().getFieldViolationsList()).containsExactly(violation);
            assertThat(failure.detail(StringValue.class)).contains(StringValue.of("grün"));
            assertThat(failure.detail(RetryInfo.class)).isEmpty();
        }
    }

    @Test
    void details_and_trailers_stay_with_a_failure_that_is_passed_on() throws Exception {
        try (var inner = Place.TCP.open(Words.saying(_ -> {
            var failure = new RpcException(Status.DATA_LOSS, "gone").detail(StringValue.of("for good"));
            failure.trailers().set("where", "here");
            throw failure;
        })); var outer = Place.TCP.open(Words.saying(word -> Words.say(inner.client(), word)))) {
            var failure = failure(() -> Words.say(outer.client(), ""));
            assertThat(failure.status()).isEqualTo(Status.DATA_LOSS);
            assertThat(failure).hasMessage("gone");
            assertThat(failure.detail(StringValue.class)).contains(StringValue.of("for good"));
            assertThat(failure.trailers().all("where")).containsExactly("here");
        }
    }

    @EveryPlace
    void a_method_that_is_not_overridden_is_not_there(Place place) {
        try (var pair = place.open(new RouteGuide() {})) {
            var routes = RouteGuide.client(pair.client());
            isNotThere(failure(() -> routes.getFeature(point(1))));
            isNotThere(failure(() -> routes.recordRoute(route -> route.send(point(1)))));
            try (var features = routes.listFeatures(RouteService.rectangle(1, 2))) {
                isNotThere(failure(features::receive));
            }
            try (var chat = routes.routeChat()) {
                isNotThere(failure(chat::receive));
            }
        }
    }

    @EveryPlace
    void a_method_or_service_that_is_not_there_is_said_to_be_so(Place place) {
        try (var pair = place.open(Words.saying(word -> word))) {
            isNotThere(failure(() -> pair.client().unary(Words.method("Sing"), CallOptions.defaults(), "")));
            isNotThere(failure(() -> pair.client().unary(new RpcMethod<>("birds.Birds/Sing", Words.TEXT, Words.TEXT), CallOptions.defaults(), "")));
            isNotThere(failure(() -> RouteGuide.client(pair.client()).getFeature(point(1))));
            isNotThere(failure(() -> Words.join(pair.client(), words -> words.send("one"))));
            try (var chat = Words.chat(pair.client())) {
                isNotThere(failure(chat::receive));
            }
            assertThat(Words.say(pair.client(), "still there")).isEqualTo("still there");
        }
    }

    private static void isNotThere(RpcException failure) {
        assertThat(failure.status()).isEqualTo(Status.UNIMPLEMENTED);
        assertThat(failure).hasMessage("Method not found!");
    }
}
