package dev.weft.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

import dev.weft.net.LifeState;
import dev.weft.queue.Verdict;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One service, from its start to its end (SPEC SL-40). */
@Timeout(30)
class ServiceTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final AckQueue<String> in = new AckQueue<>();
    private final AckQueue<String> out = new AckQueue<>();
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    /** The thread that works, once it has had a message. */
    private final AtomicReference<Thread> worker = new AtomicReference<>();
    private Logged log;

    @BeforeEach
    void listen() {
        log = new Logged("dev.weft.queue");
    }

    @AfterEach
    void end() throws Exception {
        for (var one : open) {
            one.close();
        }
        log.close();
    }

    /** It ends, and {@code join} throws what {@code failure} tells. */
    private static void assertFails(Service<?, ?> service, Class<? extends Throwable> why) {
        var thrown = catchThrowable(service::join);
        assertThat(thrown instanceof UncheckedIOException ? thrown.getCause() : thrown).isInstanceOf(why);
        assertThat(service.failure()).get().isInstanceOf(why);
    }

    private <I, O> Service<I, O> started(Service<I, O> service) {
        open.add(service);
        return service.start();
    }

    private void give(String... messages) throws InterruptedException {
        for (var message : messages) {
            in.put(message, () -> acknowledged.add(message));
        }
    }

    private String same(String message) {
        worker.set(Thread.currentThread());
        return message;
    }

    private boolean blocks() {
        return worker.get() != null && EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(worker.get().getState());
    }

    private void awaitBlocked() {
        Awaitility.await().until(this::blocks);
    }

    private static String blocked() throws InterruptedException {
        new CountDownLatch(1).await();
        throw new AssertionError();
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        return queue.poll(10, SECONDS);
    }

    // What there is

    @Test
    void aMapPutsWhatItsStageReturns() throws Exception {
        started(Services.map("upper", in, out, String::toUpperCase));
        give("hello", "world");
        assertThat(next(out)).isEqualTo("HELLO");
        assertThat(next(out)).isEqualTo("WORLD");
    }

    @Test
    void aMapWorksBetweenQueuesOfTheJdk() throws Exception {
        var numbers = new LinkedBlockingQueue<Integer>();
        var texts = new SynchronousQueue<String>();
        started(Services.map("texts", numbers, texts, n -> "n" + n));
        numbers.add(1);
        numbers.add(2);
        assertThat(next(texts)).isEqualTo("n1");
        assertThat(next(texts)).isEqualTo("n2");
    }

    @Test
    void aSinkGetsEveryMessageInOrder() throws Exception {
        var got = new LinkedBlockingQueue<String>();
        started(Services.sink("sink", in, got::add));
        give("a", "b");
        assertThat(next(got)).isEqualTo("a");
        assertThat(next(got)).isEqualTo("b");
    }

    @Test
    void aSourcePutsItsFirstMessageAtOnce() throws Exception {
        started(Services.source("source", out, LONG, () -> "first"));
        assertThat(next(out)).isEqualTo("first");
    }

    @Test
    void aSourcePausesAfterEachMessage() throws Exception {
        var n = new AtomicInteger();
        var begun = System.nanoTime();
        started(Services.source("source", out, Duration.ofMillis(40), () -> "" + n.incrementAndGet()));
        for (int i = 1; i <= 3; i++) {
            assertThat(next(out)).isEqualTo("" + i);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
    }

    @Test
    void aSourceThatHasNothingPutsNothing() throws Exception {
        var n = new AtomicInteger();
        started(Services.source("odd", out, Duration.ZERO, () -> n.incrementAndGet() % 2 == 0 ? null : "" + n.get()));
        assertThat(next(out)).isEqualTo("1");
        assertThat(next(out)).isEqualTo("3");
    }

    @Test
    void anIntervalIsNotNegative() {
        assertThatIllegalArgumentException().isThrownBy(() -> Services.source("source", out, Duration.ofSeconds(-1), () -> ""))
                .withMessageContaining("PT-1S");
    }

    @Test
    void aLoopEndsWhenItReturns() {
        var ran = new AtomicBoolean();
        var loop = started(Services.loop("loop", () -> ran.set(true)));
        loop.join();
        assertThat(ran).isTrue();
        assertThat(loop.state()).isEqualTo(LifeState.ENDED);
        assertThat(loop.failure()).isEmpty();
    }

    /** The original's {@code _handle_message} sees its queues, its stop function and its events. */
    @Test
    void aLoopWorksOnItsQueuesUntilItIsToStop() throws Exception {
        var enough = new AtomicBoolean();
        Service<String, String> loop = started(Services.<String, String>loop("loop", self -> {
            while (!self.stopping()) {
                self.out().put(self.in().take() + "!");
                self.event("done").await();
            }
        }).stop(enough::get));
        loop.in().put("a");
        assertThat(next(loop.out())).isEqualTo("a!");
        enough.set(true);
        loop.event("done").set();
        loop.join();
        assertThat(loop.failure()).isEmpty();
    }

    @Test
    void aLoopTakesTheQueuesThatItIsGiven() throws Exception {
        var loop = started(Services.loop("loop", in, out, self -> self.out().put(self.in().take())));
        give("a");
        loop.join();
        assertThat(out).containsExactly("a");
    }

    @Test
    void aLoopsExceptionIsItsFailure() {
        var loop = started(Services.loop("loop", () -> {
            throw new IOException("broken");
        }));
        assertFails(loop, IOException.class);
        assertThat(log.lines()).containsExactly("SEVERE service loop has ended");
    }

    @Test
    void missingQueuesAreMade() throws Exception {
        var length = started(Services.<String, Integer>map("length", String::length));
        length.in().put("four");
        assertThat(length.out().poll(10, SECONDS)).isEqualTo(4);
        var twice = started(Services.map("twice", in, (String m) -> m + m));
        give("a");
        assertThat(next(twice.out())).isEqualTo("aa");
        var got = new LinkedBlockingQueue<String>();
        var sink = started(Services.<String>sink("sink", got::add));
        sink.in().put("b");
        assertThat(next(got)).isEqualTo("b");
        assertThat(next(started(Services.source("source", LONG, () -> "c")).out())).isEqualTo("c");
    }

    @Test
    void whatIsNotThereCanNotBeHad() {
        assertThatIllegalStateException().isThrownBy(() -> Services.sink("sink", in, m -> {}).out()).withMessage("service sink makes no messages");
        assertThatIllegalStateException().isThrownBy(() -> Services.source("source", out, LONG, () -> "").in())
                .withMessage("service source takes no messages");
    }

    // Threads

    @Test
    void itsThreadIsVirtualAndHasItsName() throws Exception {
        var threads = new LinkedBlockingQueue<Thread>();
        started(Services.sink("quiet", in, m -> threads.add(Thread.currentThread())));
        give("a");
        var thread = threads.take();
        assertThat(thread.isVirtual()).isTrue();
        assertThat(thread.getName()).isEqualTo("quiet");
    }

    @Test
    void severalWorkersAreNumbered() throws Exception {
        var names = new CopyOnWriteArrayList<String>();
        var all = new CountDownLatch(3);
        started(Services.sink("worker", in, m -> {
            names.add(Thread.currentThread().getName());
            all.countDown();
            all.await();
        }).workersInAnyOrder(3));
        give("a", "b", "c");
        all.await();
        assertThat(names).containsExactlyInAnyOrder("worker-1", "worker-2", "worker-3");
    }

    /** SPEC SL-4. */
    @Test
    void itStartsOnce() {
        var service = started(Services.sink("sink", in, m -> {}));
        assertThatIllegalStateException().isThrownBy(service::start).withMessageContaining("start: service sink is RUNNING, not NEW");
        assertThatIllegalStateException().isThrownBy(service::run);
        in.end();
        service.join();
        assertThatIllegalStateException().isThrownBy(service::start);
    }

    /** SPEC SL-4. */
    @Test
    void whatHasNotStartedCanNotBeJoined() {
        assertThatIllegalStateException().isThrownBy(() -> Services.sink("sink", in, m -> {}).join())
                .withMessageContaining("service sink has not been started");
    }

    @Test
    void itsOptionsAreSetBeforeItStarts() {
        var service = started(Services.sink("sink", in, m -> {}));
        assertThatIllegalStateException().isThrownBy(() -> service.workersInOrder(2)).withMessageContaining("sink");
        assertThatIllegalStateException().isThrownBy(() -> service.workersInAnyOrder(2));
        assertThatIllegalStateException().isThrownBy(() -> service.stop(() -> true));
        assertThatIllegalStateException().isThrownBy(() -> service.events(Map.of()));
        assertThatIllegalStateException().isThrownBy(() -> service.onFailure((m, e) -> Verdict.STOP));
    }

    @Test
    void onlyMessagesCanBeDividedBetweenWorkers() {
        assertThatIllegalStateException().isThrownBy(() -> Services.source("s", out, LONG, () -> "").workersInAnyOrder(2));
        assertThatIllegalStateException().isThrownBy(() -> Services.loop("l", () -> {}).workersInOrder(2));
        assertThatIllegalArgumentException().isThrownBy(() -> Services.sink("s", in, m -> {}).workersInOrder(0))
                .withMessage("workers(0): service s needs at least 1");
    }

    @Test
    void itSaysWhatItIsDoing() {
        var service = Services.sink("sink", in, m -> {});
        assertThat(service).hasToString("service sink, NEW");
        assertThat(service.state()).isEqualTo(LifeState.NEW);
        started(service);
        assertThat(service).hasToString("service sink, RUNNING");
        assertThat(service.state()).isEqualTo(LifeState.RUNNING);
        service.close();
        assertThat(service).hasToString("service sink, ENDED");
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
        assertThat(service.stopping()).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitOfWhoJoinsAndStays() {
        var service = started(Services.sink("sink", in, m -> {}));
        Thread.currentThread().interrupt();
        service.join();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(service.state()).isEqualTo(LifeState.RUNNING);
    }

    // In the caller's thread: the original's start_main_thread (SPEC SL-4, SL-40)

    @Test
    void aRunWorksInTheThreadOfItsCaller() throws Exception {
        var threads = new CopyOnWriteArrayList<Thread>();
        give("a", "b");
        in.end();
        Services.sink("sink", in, m -> threads.add(Thread.currentThread())).run();
        assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void aRunOfSeveralWorkersReturnsWhenAllHaveEnded() throws Exception {
        var done = new AtomicInteger();
        var all = new CountDownLatch(3);
        give("a", "b", "c");
        in.end();
        Services.sink("sink", in, m -> {
            all.countDown();
            all.await();
            done.incrementAndGet();
        }).workersInOrder(3).run();
        assertThat(done).hasValue(3);
    }

    @Test
    void anInterruptOfItsCallerEndsARunAndStays() {
        var service = Services.sink("sink", in, m -> {}).workersInAnyOrder(2);
        Thread.currentThread().interrupt();
        service.run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
        assertThat(service.failure()).isEmpty();
    }

    @Test
    void aShutdownEndsARunAndLeavesNoInterruptBehind() throws Exception {
        give("a");
        var service = Services.map("map", in, out, this::same);
        Thread.startVirtualThread(() -> {
            awaitBlocked();
            service.close();
        });
        service.run();
        assertThat(Thread.interrupted()).isFalse();
    }

    /** The loop has not noticed the interrupt; the caller's next wait would. */
    @Test
    void aShutdownOfABusyRunLeavesNoInterruptBehind() throws Exception {
        var busy = Services.<String, String>loop("busy", self -> {
            self.event("busy").set();
            while (!self.stopping()) {
                Thread.onSpinWait();
            }
        });
        var ender = Thread.startVirtualThread(() -> {
            Awaitility.await().until(() -> busy.event("busy").isSet());
            busy.close();
        });
        busy.run();
        assertThat(Thread.interrupted()).isFalse();
        ender.join();
    }

    // Shutdown, from wherever it is (SPEC SL-5, SL-BUG-2, SL-BUG-13)

    private void shutsDown(Service<?, ?> service) {
        service.close();
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
        assertThat(service.failure()).isEmpty();
        assertThat(log.records()).noneMatch(r -> r.getLevel().intValue() > java.util.logging.Level.INFO.intValue());
        service.join();
    }

    @Test
    void itShutsDownWhileItWaitsForAMessage() throws Exception {
        var service = started(Services.map("map", in, out, this::same));
        give("a");
        assertThat(next(out)).isEqualTo("a");
        awaitBlocked();
        shutsDown(service);
    }

    @Test
    void itShutsDownWhileItWaitsForAMessageOfAQueueOfTheJdk() throws Exception {
        var plain = new ArrayBlockingQueue<String>(1);
        var service = started(Services.map("map", plain, out, this::same));
        plain.put("a");
        awaitBlocked();
        shutsDown(service);
    }

    @Test
    void itShutsDownWhileItWaitsForAMessageWithAStopFunction() throws Exception {
        var service = started(Services.map("map", in, out, this::same).stop(() -> false));
        give("a");
        awaitBlocked();
        shutsDown(service);
    }

    @Test
    void itShutsDownWhileItWaitsForRoom() throws Exception {
        var full = new AckQueue<String>(1);
        var service = started(Services.map("map", in, full, this::same));
        give("a", "b");
        Awaitility.await().until(() -> in.isEmpty() && blocks());
        shutsDown(service);
        assertThat(full).containsExactly("a");
        assertThat(next(full)).isEqualTo("a");
        assertThat(acknowledged).containsExactly("a");
    }

    @Test
    void itShutsDownWhileItWaitsForRoomInAQueueOfTheJdk() throws Exception {
        var service = started(Services.map("map", in, new SynchronousQueue<>(), this::same));
        give("a");
        awaitBlocked();
        shutsDown(service);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void itShutsDownInThePauseOfASource() {
        var service = started(Services.source("source", out, LONG, () -> same("a")));
        awaitBlocked();
        shutsDown(service);
    }

    @Test
    void itShutsDownWhileItWorksAndDoesNotAcknowledgeTheMessage() throws Exception {
        var service = started(Services.sink("sink", in, m -> {
            same(m);
            blocked();
        }));
        give("a", "b");
        awaitBlocked();
        shutsDown(service);
        assertThat(acknowledged).isEmpty();
        assertThat(in).containsExactly("b");
    }

    /** A stage turns the interrupt into what it likes. */
    @Test
    void anInterruptInAnotherGuiseIsNoFailureOfTheMessage() throws Exception {
        var service = started(Services.sink("sink", in, m -> {
            try {
                same(m);
                blocked();
            } catch (InterruptedException e) {
                throw new IOException("closed", e);
            }
        }));
        give("a");
        awaitBlocked();
        shutsDown(service);
        assertThat(acknowledged).isEmpty();
        assertThat(service.failed()).isZero();
    }

    @Test
    void aStageThatSwallowsTheInterruptDoesNotHoldItUp() throws Exception {
        var service = started(Services.map("map", in, new SynchronousQueue<String>(), m -> {
            try {
                same(m);
                return blocked();
            } catch (InterruptedException e) {
                return m;
            }
        }));
        give("a");
        awaitBlocked();
        shutsDown(service);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void itShutsDownWhileAMessageWaitsForItsTurn() throws Exception {
        var service = started(Services.map("map", in, out, m -> m.equals("a") ? blocked() : same(m)).workersInOrder(2));
        give("a", "b");
        awaitBlocked();
        shutsDown(service);
        assertThat(out).isEmpty();
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void itShutsDownWhileAMessageWaitsToBeTriedAgain() throws Exception {
        var tries = new AtomicInteger();
        var service = started(Services.sink("sink", in, m -> {
            tries.incrementAndGet();
            throw new IOException("never");
        }).onFailure((m, e) -> Verdict.RETRY));
        give("a");
        Awaitility.await().until(() -> tries.get() >= 3);
        shutsDown(service);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void itShutsDownWithAllItsWorkersIdle() throws Exception {
        var service = started(Services.map("map", in, out, this::same).workersInAnyOrder(8));
        give("a");
        awaitBlocked();
        shutsDown(service);
    }

    @Test
    void itShutsDownBeforeItStarts() {
        var service = Services.<String, String>map("map", m -> m);
        service.close();
        service.close();
        service.join();
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
        assertThatIllegalStateException().isThrownBy(service::start).withMessageContaining("start: service map is ENDED, not NEW");
        assertThatIllegalStateException().isThrownBy(() -> service.out().put("a"));
    }

    @Test
    void aStageMayShutItsServiceDown() throws Exception {
        var self = new AtomicReference<Service<String, Void>>();
        self.set(Services.sink("sink", in, m -> self.get().close()));
        give("last", "more");
        started(self.get()).join();
        assertThat(log.lines()).isEmpty();
        assertThat(acknowledged).containsExactly("last");
        assertThat(in).containsExactly("more");
    }

    @Test
    void aShutdownReturnsThoughTheWorkIgnoresIt() throws Exception {
        var uninterruptible = new ReentrantLock();
        var service = Services.sink("deaf", in, m -> {
            same(m);
            uninterruptible.lock();
            try {
                in.end();
            } finally {
                uninterruptible.unlock();
            }
        });
        uninterruptible.lock();
        try {
            started(service);
            give("a");
            awaitBlocked();
            service.close();
            assertThat(service.state()).isEqualTo(LifeState.DRAINING);
            assertThat(log.lines()).containsExactly("WARNING service deaf ignores its interrupt: it still works 3 s later");
        } finally {
            uninterruptible.unlock();
        }
        service.join();
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
    }

    // The stop function and events

    /** SPEC SL-10: asked before each message, so exactly so many are taken. */
    @Test
    void itsStopFunctionIsAskedBeforeEachMessage() throws Exception {
        give("a", "b", "c", "d");
        started(Services.map("map", in, out, this::same).stop(() -> out.size() >= 3)).join();
        assertThat(out).containsExactly("a", "b", "c");
        assertThat(in).containsExactly("d");
    }

    /** SPEC SL-3. */
    @Test
    void itsStopFunctionIsAskedWhileThereIsNoMessage() {
        var stop = new AtomicBoolean();
        var asked = new AtomicInteger();
        var service = started(Services.sink("sink", new LinkedBlockingQueue<String>(), m -> {}).workersInAnyOrder(3).stop(() -> {
            asked.incrementAndGet();
            return stop.get();
        }));
        Awaitility.await().until(() -> asked.get() >= 3);
        assertThat(service.state()).isEqualTo(LifeState.RUNNING);
        stop.set(true);
        service.join();
        assertThat(service.failure()).isEmpty();
    }

    @Test
    void itsStopFunctionEndsThePauseOfASource() throws Exception {
        started(Services.source("source", out, LONG, () -> "a").stop(() -> out.size() == 1)).join();
        assertThat(out).containsExactly("a");
    }

    @Test
    void aStopFunctionThatFailsEndsTheService() {
        var service = started(Services.sink("sink", in, m -> {}).stop(() -> {
            throw new IllegalArgumentException("no");
        }));
        assertFails(service, IllegalArgumentException.class);
    }

    /** The original's {@code events}. */
    @Test
    void itSharesTheEventsThatItIsGiven() throws Exception {
        var go = new Event();
        var service = Services.sink("sink", in, m -> go.await()).events(Map.of("go", go));
        assertThat(service.event("go")).isSameAs(go);
        assertThat(service.event("other").isSet()).isFalse();
        assertThat(service.event("other")).isSameAs(service.event("other"));
        started(service);
        give("a");
        assertThat(acknowledged).isEmpty();
        service.event("go").set();
        Awaitility.await().until(() -> acknowledged.equals(List.of("a")));
    }

    // Failures

    private String unlessBad(String message) throws IOException {
        if (message.equals("bad")) {
            throw new IOException("spoilt");
        }
        return message;
    }

    @Test
    void aMessageThatFailsIsSkippedLoggedCountedAndAcknowledged() throws Exception {
        var service = started(Services.map("strict", in, out, this::unlessBad));
        give("a", "bad", "b");
        assertThat(next(out)).isEqualTo("a");
        assertThat(next(out)).isEqualTo("b");
        assertThat(acknowledged).containsExactlyInAnyOrder("a", "bad", "b");
        in.end();
        service.join();
        assertThat(service.failed()).isEqualTo(1);
        assertThat(service.processed()).isEqualTo(2);
        assertThat(service.failure()).isEmpty();
        assertThat(log.lines()).containsExactly("SEVERE service strict skips a message");
        assertThat(log.records().getFirst().getThrown()).hasMessage("spoilt");
    }

    @Test
    void aMessageIsTriedAgainUntilItSucceeds() throws Exception {
        var tries = new AtomicInteger();
        var service = started(Services.map("stubborn", in, out, m -> {
            if (tries.incrementAndGet() < 4) {
                throw new IOException("not yet");
            }
            return m;
        }).onFailure((m, e) -> Verdict.RETRY));
        give("a", "b");
        assertThat(next(out)).isEqualTo("a");
        assertThat(next(out)).isEqualTo("b");
        assertThat(tries).hasValue(5);
        assertThat(service.failed()).isZero();
    }

    @Test
    void aMessageMayEndTheServiceAndIsNotAcknowledged() throws Exception {
        give("a", "bad", "b");
        var service = started(Services.map("strict", in, this::unlessBad).onFailure((m, e) -> Verdict.STOP));
        assertFails(service, IOException.class);
        assertThat(service.failed()).isEqualTo(1);
        assertThat(next(service.out())).isEqualTo("a");
        assertThat(acknowledged).containsExactly("a");
        assertThat(in).containsExactly("b");
        assertThat(log.lines()).containsExactly("SEVERE service strict has ended");
    }

    @Test
    void theVerdictKnowsTheMessageAndWhatHappened() throws Exception {
        var dead = new LinkedBlockingQueue<String>();
        started(Services.map("strict", in, out, this::unlessBad).onFailure((message, e) -> {
            dead.add(message + ": " + e.getMessage());
            return Verdict.SKIP;
        }));
        give("bad");
        assertThat(next(dead)).isEqualTo("bad: spoilt");
    }

    @Test
    void aVerdictThatFailsEndsTheService() throws Exception {
        give("bad");
        var service = started(Services.map("strict", in, out, this::unlessBad).onFailure((message, e) -> {
            throw new IllegalStateException("no verdict", e);
        }));
        assertFails(service, IllegalStateException.class);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void anErrorEndsTheServiceWhateverTheVerdict() throws Exception {
        give("a");
        var service = started(Services.sink("sink", in, m -> {
            throw new StackOverflowError();
        }).onFailure((m, e) -> Verdict.SKIP));
        assertFails(service, StackOverflowError.class);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void theFailureOfOneWorkerEndsAll() throws Exception {
        var busy = new CountDownLatch(1);
        var service = started(Services.sink("sink", in, m -> {
            if (m.equals("bad")) {
                busy.await();
                throw new IOException("spoilt");
            }
            busy.countDown();
            blocked();
        }).workersInAnyOrder(3).onFailure((m, e) -> Verdict.STOP));
        give("bad", "good");
        assertFails(service, IOException.class);
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void aSourceThatFailsGoesOn() throws Exception {
        var n = new AtomicInteger();
        var service = started(Services.source("source", out, Duration.ZERO, () -> unlessBad(n.incrementAndGet() == 2 ? "bad" : "" + n.get())));
        assertThat(next(out)).isEqualTo("1");
        assertThat(next(out)).isEqualTo("3");
        assertThat(service.failed()).isEqualTo(1);
    }

    @Test
    void aSourceThatFailsMayEnd() {
        var service = started(Services.source("source", out, Duration.ZERO, () -> unlessBad("bad")).onFailure((nothing, e) -> Verdict.STOP));
        assertFails(service, IOException.class);
    }

    // Acknowledgement (DESIGN section 7)

    @Test
    void whatTheStageFiltersOutIsAcknowledged() throws Exception {
        started(Services.map("filter", in, out, m -> m.startsWith("x") ? null : m));
        give("x1", "x2", "a");
        Awaitility.await().until(() -> out.size() == 1);
        assertThat(acknowledged).containsExactly("x1", "x2");
        assertThat(next(out)).isEqualTo("a");
        assertThat(acknowledged).containsExactly("x1", "x2", "a");
    }

    @Test
    void aSinkAcknowledgesWhenItHasAccepted() throws Exception {
        var before = new LinkedBlockingQueue<List<String>>();
        started(Services.sink("sink", in, m -> before.add(List.copyOf(acknowledged))));
        give("a", "b");
        assertThat(before.take()).isEmpty();
        assertThat(before.take()).containsExactly("a");
        Awaitility.await().until(() -> acknowledged.equals(List.of("a", "b")));
    }

    @Test
    void aMapAcknowledgesWhenItsOutputIsAcknowledged() throws Exception {
        started(Services.map("map", in, out, m -> m + m));
        give("a");
        var delivered = out.next(10, SECONDS).orElseThrow();
        assertThat(delivered.message()).isEqualTo("aa");
        assertThat(acknowledged).isEmpty();
        delivered.acknowledge();
        assertThat(acknowledged).containsExactly("a");
    }

    @Test
    void aMapAcknowledgesWhenAQueueOfTheJdkHasTakenItsOutput() throws Exception {
        var plain = new ArrayBlockingQueue<String>(1);
        started(Services.map("map", in, plain, this::same));
        give("a", "b");
        Awaitility.await().until(() -> acknowledged.equals(List.of("a")) && in.isEmpty() && blocks());
        assertThat(next(plain)).isEqualTo("a");
        Awaitility.await().until(() -> acknowledged.equals(List.of("a", "b")));
    }

    /** The link behind it has ended: that is no failure of the message. */
    @Test
    void anOutputThatHasEndedEndsTheServiceAndLeavesTheMessage() throws Exception {
        out.end();
        give("a", "b");
        var service = started(Services.map("map", in, out, this::same));
        assertFails(service, IllegalStateException.class);
        assertThat(service.failure().orElseThrow()).hasMessageContaining("the output of service map has ended");
        assertThat(acknowledged).isEmpty();
        assertThat(in).containsExactly("b");
    }

    // Several workers

    private static List<String> numbers(int n) {
        return IntStream.range(0, n).mapToObj(Integer::toString).toList();
    }

    /** The first of each four is ready after the last of them: it takes four at a time, and the longest first. */
    private Services.Stage<String, String> theFirstOfFourIsTheSlowest(int n) {
        var last = IntStream.range(0, n / 4).mapToObj(i -> new CountDownLatch(1)).toList();
        return message -> {
            var i = Integer.parseInt(message);
            if (i % 4 == 0) {
                last.get(i / 4).await();
            } else if (i % 4 == 3) {
                last.get(i / 4).countDown();
            }
            return message;
        };
    }

    @Test
    void workersInOrderKeepTheOrder() throws Exception {
        var n = 400;
        var service = started(Services.map("map", in, theFirstOfFourIsTheSlowest(n)).workersInOrder(4));
        give(numbers(n).toArray(String[]::new));
        in.end();
        service.join();
        assertThat(service.out()).containsExactlyElementsOf(numbers(n));
        assertThat(service.processed()).isEqualTo(n);
        service.out().drainTo(new ArrayList<>());
        assertThat(acknowledged).containsExactlyElementsOf(numbers(n));
    }

    @Test
    void workersInOrderAcknowledgeASinksMessagesInOrder() throws Exception {
        var n = 80;
        var stage = theFirstOfFourIsTheSlowest(n);
        var service = started(Services.sink("sink", in, stage::apply).workersInOrder(4));
        give(numbers(n).toArray(String[]::new));
        in.end();
        service.join();
        assertThat(acknowledged).containsExactlyElementsOf(numbers(n));
    }

    @Test
    void workersInAnyOrderLetTheQuickPass() throws Exception {
        var slow = new CountDownLatch(1);
        started(Services.map("map", in, out, m -> {
            if (m.equals("slow")) {
                slow.await();
            }
            return m;
        }).workersInAnyOrder(2));
        give("slow", "a", "b");
        assertThat(next(out)).isEqualTo("a");
        assertThat(next(out)).isEqualTo("b");
        slow.countDown();
        assertThat(next(out)).isEqualTo("slow");
    }

    @Test
    void workersInAnyOrderLoseNothingAndDoubleNothing() throws Exception {
        var n = 1000;
        var service = started(Services.map("map", in, this::same).workersInAnyOrder(8));
        give(numbers(n).toArray(String[]::new));
        in.end();
        service.join();
        assertThat(service.out()).containsExactlyInAnyOrderElementsOf(numbers(n));
        assertThat(service.processed()).isEqualTo(n);
    }

    @Test
    void aSkippedMessageDoesNotHoldUpTheOrder() throws Exception {
        var service = started(Services.map("map", in, this::unlessBad).workersInOrder(3));
        give("a", "bad", "b", "bad", "bad", "c");
        in.end();
        service.join();
        assertThat(service.out()).containsExactly("a", "b", "c");
        assertThat(service.failed()).isEqualTo(3);
    }

    @Test
    void aSkippedMessageDoesNotPassTheOneBefore() throws Exception {
        var others = new CountDownLatch(2);
        var service = started(Services.map("map", in, m -> {
            if (m.equals("slow")) {
                others.await();
            }
            others.countDown();
            return unlessBad(m);
        }).workersInOrder(3));
        give("slow", "bad", "b");
        in.end();
        service.join();
        assertThat(service.out()).containsExactly("slow", "b");
        service.out().drainTo(new ArrayList<>());
        assertThat(acknowledged).containsExactly("bad", "slow", "b");
    }

    @Test
    void aSkippedMessageIsAcknowledgedInItsTurn() throws Exception {
        var bad = new CountDownLatch(1);
        var service = started(Services.sink("sink", in, m -> {
            if (m.equals("slow")) {
                bad.await();
                Awaitility.await().until(() -> log.records().size() == 1);
            }
            bad.countDown();
            unlessBad(m);
        }).workersInOrder(2));
        give("slow", "bad");
        in.end();
        service.join();
        assertThat(acknowledged).containsExactly("slow", "bad");
    }

    @Test
    void nothingPassesAMessageThatEndedTheService() throws Exception {
        var ready = new CountDownLatch(2);
        var service = started(Services.map("map", in, m -> {
            ready.countDown();
            ready.await();
            return unlessBad(m);
        }).workersInOrder(3).onFailure((m, e) -> Verdict.STOP));
        give("bad", "a", "b");
        assertFails(service, IOException.class);
        assertThat(service.out()).isEmpty();
        assertThat(acknowledged).isEmpty();
    }

    // The end of the input (SPEC SL-BUG-13)

    @Test
    void itEndsWithItsInput() throws Exception {
        var service = started(Services.map("map", in, this::same).workersInAnyOrder(3));
        give("a", "b");
        in.end();
        service.join();
        assertThat(service.failure()).isEmpty();
        assertThat(((AckQueue<String>) service.out()).hasEnded()).isTrue();
        assertThat(service.out()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void itEndsWithItsInputThoughItHasAStopFunction() throws Exception {
        var service = started(Services.map("map", in, this::same).stop(() -> false));
        give("a");
        in.end();
        service.join();
        assertThat(service.out()).containsExactly("a");
    }

    @Test
    void aGivenOutputDoesNotEndWithIt() {
        in.end();
        started(Services.map("map", in, out, this::same)).join();
        assertThat(out.hasEnded()).isFalse();
    }

    @Test
    void anInputOfItsOwnEndsWithIt() {
        var service = started(Services.<String>sink("sink", m -> {
            throw new StackOverflowError();
        }));
        assertThat(service.in().offer("a")).isTrue();
        assertFails(service, StackOverflowError.class);
        assertThat(service.in().offer("b")).isFalse();
    }
}
