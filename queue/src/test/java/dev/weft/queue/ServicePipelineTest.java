package dev.weft.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import dev.weft.net.LifeState;
import dev.weft.queue.Verdict;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Services one behind the other (SPEC SL-40). */
@Timeout(30)
class ServicePipelineTest {
    private final AckQueue<String> in = new AckQueue<>();
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final List<String> got = new CopyOnWriteArrayList<>();
    private Logged log;

    @BeforeEach
    void listen() {
        log = new Logged("dev.weft.queue");
    }

    @AfterEach
    void end() {
        log.close();
    }

    private void give(String... messages) throws InterruptedException {
        for (var message : messages) {
            in.put(message, () -> acknowledged.add(message));
        }
    }

    private static String unlessBad(String message) throws IOException {
        if (message.contains("bad")) {
            throw new IOException("spoilt");
        }
        return message;
    }

    @Test
    void aMessageIsAcknowledgedWhenTheLastStageHasFinishedWithIt() throws Exception {
        var finish = new CountDownLatch(1);
        var first = Services.map("first", in, m -> m + "1");
        var second = Services.map("second", first.out(), m -> m + "2");
        var last = Services.sink("last", second.out(), m -> {
            got.add(m);
            finish.await();
        });
        try (var pipeline = first.then(second).then(last).start()) {
            give("a", "b");
            Awaitility.await().until(() -> got.size() == 1 && second.processed() == 2);
            assertThat(acknowledged).isEmpty();
            finish.countDown();
            Awaitility.await().until(() -> acknowledged.equals(List.of("a", "b")));
            assertThat(got).containsExactly("a12", "b12");
            assertThat(pipeline.state()).isEqualTo(LifeState.RUNNING);
        }
    }

    @Test
    void aMessageThatEndsTheMiddleStageIsNotAcknowledgedAtTheFirst() throws Exception {
        var first = Services.map("first", in, m -> m + "1");
        var second = Services.map("second", first.out(), ServicePipelineTest::unlessBad).onFailure((m, e) -> Verdict.STOP);
        var last = Services.sink("last", second.out(), got::add);
        try (var pipeline = first.then(second).then(last).start()) {
            give("a", "bad", "b");
            last.join();
            assertThat(got).containsExactly("a1");
            assertThat(acknowledged).containsExactly("a");
            assertThat(pipeline.failure()).get().isInstanceOf(IOException.class);
            assertThat(pipeline.state()).as("nobody ends the first one's input").isEqualTo(LifeState.RUNNING);
        }
    }

    @Test
    void aMessageThatTheMiddleStageSkipsIsAcknowledgedAtTheFirst() throws Exception {
        var first = Services.map("first", in, m -> m + "1");
        var second = Services.map("second", first.out(), ServicePipelineTest::unlessBad);
        var last = Services.sink("last", second.out(), got::add);
        try (var pipeline = first.then(second).then(last).start()) {
            give("a", "bad", "b");
            in.end();
            pipeline.join();
            assertThat(got).containsExactly("a1", "b1");
            assertThat(acknowledged).containsExactlyInAnyOrder("a", "bad", "b");
            assertThat(pipeline.failure()).isEmpty();
        }
    }

    /** SPEC SL-BUG-13: who waits for the pipeline has seen everything. */
    @Test
    void theEndOfTheInputDrainsThePipeline() throws Exception {
        var all = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
        var first = Services.map("first", in, (String m) -> m).workersInOrder(4);
        var second = Services.map("second", first.out(), (String m) -> m);
        var third = Services.map("third", second.out(), (String m) -> m).workersInOrder(2);
        var last = Services.sink("last", third.out(), got::add);
        give(all.toArray(String[]::new));
        in.end();
        try (var pipeline = first.then(second).then(third).then(last).start()) {
            pipeline.join();
            assertThat(got).containsExactlyElementsOf(all);
            assertThat(acknowledged).containsExactlyElementsOf(all);
            assertThat(pipeline.failure()).isEmpty();
        }
    }

    @Test
    void aQueueOfTheJdkInBetweenAcknowledgesWhatItTakes() throws Exception {
        var between = new LinkedBlockingQueue<String>();
        var first = Services.map("first", in, between, m -> m + "1");
        var last = Services.sink("last", between, m -> {
            got.add(m);
            new CountDownLatch(1).await();
        });
        try (var pipeline = first.then(last).start()) {
            give("a");
            Awaitility.await().until(() -> got.size() == 1);
            Awaitility.await().until(() -> acknowledged.size() == 1);
            assertThat(pipeline.services()).containsExactly(first, last);
        }
    }

    @Test
    void aSourceMayBeTheFirst() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var source = Services.source("source", Duration.ofHours(1), () -> "tick");
        try (var pipeline = source.then(Services.sink("sink", source.out(), heard::add)).start()) {
            assertThat(heard.poll(10, SECONDS)).isEqualTo("tick");
            assertThat(pipeline.drain(Duration.ofSeconds(10)).clean()).as("a source is not asked any more").isTrue();
            pipeline.join();
            assertThat(pipeline.state()).isEqualTo(LifeState.ENDED);
        }
    }

    @Test
    void anInterruptedPipelineLeavesItsMessagesUnacknowledged() throws Exception {
        var first = Services.map("first", in, m -> m + "1");
        var last = Services.sink("last", first.out(), m -> {
            got.add(m);
            new CountDownLatch(1).await();
        });
        var pipeline = first.then(last).start();
        give("a", "b");
        Awaitility.await().until(() -> got.size() == 1 && first.processed() == 2);
        pipeline.close();
        assertThat(first.state()).isEqualTo(LifeState.ENDED);
        assertThat(last.state()).isEqualTo(LifeState.ENDED);
        assertThat(acknowledged).isEmpty();
        assertThat(pipeline.failure()).isEmpty();
    }

    @Test
    void whatIsNotConnectedIsNoPipeline() {
        var first = Services.map("first", in, (String m) -> m);
        var stranger = Services.sink("stranger", in, m -> {});
        assertThatIllegalArgumentException().isThrownBy(() -> first.then(stranger))
                .withMessage("the input of service stranger is not the output of service first: give it first's out()");
        assertThatIllegalArgumentException().isThrownBy(() -> stranger.then(first));
        var source = Services.source("source", Duration.ZERO, () -> "");
        assertThatIllegalArgumentException().isThrownBy(() -> first.then(source));
        var last = Services.sink("last", first.out(), m -> {});
        assertThatIllegalArgumentException().isThrownBy(() -> first.then(last).then(stranger)).withMessageContaining("service last");
    }

    @Test
    void aPipelineStartsOnceAndIsNotJoinedBefore() {
        var first = Services.map("first", in, (String m) -> m);
        try (var pipeline = first.then(Services.sink("last", first.out(), m -> {}))) {
            assertThatIllegalStateException().isThrownBy(pipeline::join);
            pipeline.start();
            assertThatIllegalStateException().isThrownBy(pipeline::start);
        }
    }
}
