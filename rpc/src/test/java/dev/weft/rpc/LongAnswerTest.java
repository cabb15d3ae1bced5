package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

import com.google.rpc.DebugInfo;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@DisplayName("Texts and trailers that are longer than the client takes are cut, keep their status, and harm no other call (SPEC RPC-7)")
@Timeout(60)
class LongAnswerTest {
    private static final int[] LENGTHS = {0, 7_000, 8_000, 8_200, 9_000, 12_000, 1_000_000};

    private static final String MEANWHILE = "meanwhile";

    private static final RpcObserver SILENT = new RpcObserver() {
        @Override
        public void failed(Call call, Throwable failure) {}
    };

    /** Runs the calls while another one is open on the same connection, which must end well. */
    private static void beside(Place place, UnaryOperator<RpcServerBuilder> server, int clientTakes, RpcService.Unary<String, String> body,
            Calls calls) throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var pair = place.open(server, c -> c.maxHeaderSize(clientTakes), Words.saying(word -> {
            if (word.equals(MEANWHILE)) {
                begun.countDown();
                go.await();
                return word;
            }
            return body.call(word);
        }))) {
            var other = Meanwhile.doing(() -> Words.say(pair.client(), MEANWHILE));
            begun.await();
            calls.make(pair.client());
            go.countDown();
            assertThat(other.get()).isEqualTo(MEANWHILE);
        }
    }

    private interface Calls {
        void make(RpcClient client) throws Exception;
    }

    @EveryPlace
    void aLongTextIsCut(Place place) throws Exception {
        beside(place, s -> s, 8_192, word -> {
            throw new RpcException(Status.INVALID_ARGUMENT, "x".repeat(Integer.parseInt(word)));
        }, client -> {
            for (int length : LENGTHS) {
                var failed = failure(() -> Words.say(client, "" + length));
                assertThat(failed.status()).as("of %d bytes", length).isEqualTo(Status.INVALID_ARGUMENT);
                if (length < 8_000) {
                    assertThat(failed.getMessage()).isEqualTo("x".repeat(length));
                } else {
                    assertThat(failed.getMessage()).startsWith("x".repeat(7_800)).contains("cut: " + length + " bytes").contains("8192");
                }
            }
        });
    }

    @EveryPlace
    void soIsOneThatIsLongerOnTheWireThanItLooks(Place place) throws Exception {
        beside(place, s -> s, 8_192, word -> {
            throw new RpcException(Status.NOT_FOUND, "\u20ac\ud83d\ude00%".repeat(600));
        }, client -> {
            var failed = failure(() -> Words.say(client, ""));
            assertThat(failed.status()).isEqualTo(Status.NOT_FOUND);
            assertThat(failed.getMessage()).startsWith("\u20ac\ud83d\ude00%".repeat(250)).contains("cut: ").doesNotContain("\ufffd");
        });
    }

    @EveryPlace
    void theTextOfAnExceptionThatIsShownIsCut(Place place) throws Exception {
        beside(place, s -> s.showFailures().observer(SILENT), 8_192, word -> {
            throw new IllegalStateException("y".repeat(12_000));
        }, client -> {
            var failed = failure(() -> Words.say(client, ""));
            assertThat(failed.status()).isEqualTo(Status.UNKNOWN);
            assertThat(failed.getMessage()).startsWith("Exception calling application: yyy").contains("cut: ");
        });
    }

    @EveryPlace
    void trailersThatDoNotFitAreLeftOutAndNamed(Place place) throws Exception {
        beside(place, s -> s, 8_192, word -> {
            Call.current().trailers().set("long", "z".repeat(12_000)).set("bytes-bin", new byte[7_000]).set("short", "kept");
            if (word.equals("well")) {
                return word;
            }
            throw new RpcException(Status.ABORTED, "why");
        }, client -> {
            var reply = new Reply();
            assertThat(Words.say(client, CallOptions.defaults().reply(reply), "well")).isEqualTo("well");
            assertThat(reply.trailers().get("short")).contains("kept");
            assertThat(reply.trailers().get("weft-left-out")).contains("long, bytes-bin");
            var failed = failure(() -> Words.say(client, "not well"));
            assertThat(failed.status()).isEqualTo(Status.ABORTED);
            assertThat(failed.getMessage()).startsWith("why").contains("left out").contains("long, bytes-bin");
            assertThat(failed.trailers().get("short")).contains("kept");
        });
    }

    @EveryPlace
    void detailsAreKeptWhereTheTextIsWhatIsLong(Place place) throws Exception {
        var detail = DebugInfo.newBuilder().setDetail("small").build();
        var longOne = DebugInfo.newBuilder().setDetail("d".repeat(12_000)).build();
        beside(place, s -> s, 8_192, word -> {
            throw new RpcException(Status.INTERNAL, "t".repeat(12_000)).detail(word.equals("long") ? longOne : detail);
        }, client -> {
            var failed = failure(() -> Words.say(client, "short"));
            assertThat(failed.status()).isEqualTo(Status.INTERNAL);
            assertThat(failed.getMessage()).startsWith("ttt").contains("cut: 12000 bytes");
            assertThat(failed.detail(DebugInfo.class)).contains(detail);
            var other = failure(() -> Words.say(client, "long"));
            assertThat(other.status()).isEqualTo(Status.INTERNAL);
            assertThat(other.getMessage()).startsWith("ttt").contains("grpc-status-details-bin");
            assertThat(other.details()).isEmpty();
        });
    }

    @EveryPlace
    void whatTheClientTakesIsItsOwnToSay(Place place) throws Exception {
        RpcService.Unary<String, String> body = word -> {
            throw new RpcException(Status.DATA_LOSS, "x".repeat(Integer.parseInt(word)));
        };
        beside(place, s -> s, 50_000, body,
                client -> assertThat(failure(() -> Words.say(client, "40000")).getMessage()).isEqualTo("x".repeat(40_000)));
        beside(place, s -> s, 1_000, body, client -> {
            var failed = failure(() -> Words.say(client, "900"));
            assertThat(failed.status()).isEqualTo(Status.DATA_LOSS);
            assertThat(failed.getMessage()).contains("cut: 900 bytes").contains("1000");
        });
    }

    @EveryPlace
    void headersThatTheServerDoesNotTakeFailTheirOwnCall(Place place) throws Exception {
        beside(place, s -> s, 8_192, word -> word, client -> {
            for (int length : new int[] {8_000, 9_000, 12_000, 100_000}) {
                var failed = failure(() -> Words.say(client, CallOptions.defaults().header("long", "h".repeat(length)), ""));
                assertThat(failed.status()).as("of %d bytes", length).isIn(Status.RESOURCE_EXHAUSTED, Status.INTERNAL);
            }
        });
    }
}
