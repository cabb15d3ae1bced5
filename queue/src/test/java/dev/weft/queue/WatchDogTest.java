package dev.weft.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.LifeState;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watchdog (SPEC SL-42), with an action that ends nothing. */
@Timeout(30)
class WatchDogTest {
    private static final Duration SOON = Duration.ofMillis(5);

    private final Logged log = new Logged("watchdog test");
    private final CountDownLatch bitten = new CountDownLatch(1);
    private final WatchDog dog = new WatchDog().every(SOON).grace(SOON).logger(log.logger()).action(bitten::countDown);

    @AfterEach
    void end() {
        dog.close();
        log.close();
    }

    private void bites(String... lines) throws InterruptedException {
        assertThat(bitten.await(10, SECONDS)).isTrue();
        assertThat(log.lines()).containsExactly(lines);
        Awaitility.await().until(() -> dog.state() == LifeState.ENDED);
    }

    private void looksTwice() {
        var looks = new AtomicInteger();
        dog.watch("looks", () -> looks.incrementAndGet() > 0).start();
        Awaitility.await().until(() -> looks.get() >= 3);
        assertThat(log.lines()).isEmpty();
        assertThat(dog.state()).isEqualTo(LifeState.RUNNING);
    }

    @Test
    void aDeadThreadIsNamedAndThenTheActionRuns() throws Exception {
        var dead = Thread.ofVirtual().start(() -> {});
        dead.join();
        dog.watch("receiver", dead).watch("watchdog test", Thread.currentThread()).start();
        bites("SEVERE Thread receiver is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void aThreadThatHasNotStartedCountsAsDead() throws Exception {
        dog.watch("late", Thread.ofVirtual().unstarted(() -> {})).start();
        bites("SEVERE Thread late is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void everyDeadOneIsNamed() throws Exception {
        dog.watch("a", () -> false).watch("b", () -> true).watch("c", () -> false).start();
        bites("SEVERE Thread a is dead", "SEVERE Thread c is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void whileAllAreAliveNothingHappens() {
        dog.watch("test", Thread.currentThread());
        looksTwice();
    }

    @Test
    void aServiceIsWatchedFromItsStartToItsEnd() throws Exception {
        var in = new AckQueue<String>();
        var service = Services.sink("sink", in, m -> {}).start();
        dog.watch("sink", service);
        looksTwice();
        in.end();
        bites("SEVERE Thread sink is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void aLinkIsWatchedFromItsStartToItsEnd() throws Exception {
        try (var link = Link.listen(Server.tcp("127.0.0.1", 0)).receiver()) {
            link.start();
            dog.watch("link", link);
            looksTwice();
        }
        bites("SEVERE Thread link is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void aLinkThatHasNotStartedCountsAsDead() throws Exception {
        try (var link = Link.connect("127.0.0.1", 1).receiver()) {
            dog.watch("link", link).start();
            bites("SEVERE Thread link is dead", "SEVERE Some threads are dead. Exiting...");
        }
    }

    @Test
    void whatCanNotSayThatItIsAliveIsDead() throws Exception {
        dog.watch("odd", () -> {
            throw new IllegalArgumentException("?");
        }).start();
        bites("SEVERE Thread odd can't say whether it is alive", "SEVERE Thread odd is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void moreCanBeWatchedLater() throws Exception {
        looksTwice();
        dog.watch("late", () -> false);
        bites("SEVERE Thread late is dead", "SEVERE Some threads are dead. Exiting...");
    }

    @Test
    void aShutdownPreventsTheActionAndReturnsSoon() {
        var acted = new AtomicBoolean();
        var patient = new WatchDog().every(SOON).grace(Duration.ofHours(1)).logger(log.logger()).action(() -> acted.set(true));
        patient.watch("a", () -> false).start();
        Awaitility.await().until(() -> log.lines().contains("SEVERE Some threads are dead. Exiting..."));
        patient.close();
        assertThat(patient.state()).isEqualTo(LifeState.ENDED);
        assertThat(acted).isFalse();
    }

    @Test
    void aShutdownEndsTheWaitForTheNextLook() {
        var idle = new WatchDog().watch("a", () -> false).start();
        idle.close();
        assertThat(idle.state()).isEqualTo(LifeState.ENDED);
    }

    /** As System.exit does, when a shutdown hook closes the watchdog. */
    @Test
    void theActionMayWaitForWhoClosesTheWatchdog() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        dog.action(() -> {
            CompletableFuture.runAsync(dog::close).join();
            closed.complete(dog.state() == LifeState.RUNNING);
        }).watch("a", () -> false).start();
        assertThat(closed.get(10, SECONDS)).as("alive after it was closed").isFalse();
    }

    @Test
    void itStartsOnceAndWaitsForSomething() {
        dog.start();
        assertThatIllegalStateException().isThrownBy(dog::start);
        assertThatIllegalArgumentException().isThrownBy(() -> new WatchDog().every(Duration.ZERO)).withMessageContaining("interval(PT0S)");
        assertThatIllegalArgumentException().isThrownBy(() -> new WatchDog().grace(Duration.ofSeconds(-1))).withMessageContaining("grace(PT-1S)");
    }

    /** SPEC SL-42: exit status 1, by default. */
    @Test
    void byDefaultTheProcessEndsWithOne() throws Exception {
        var java = ProcessHandle.current().info().command().orElseThrow();
        var command = List.of(java, "-cp", System.getProperty("java.class.path"), Bitten.class.getName());
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var said = process.inputReader()) {
            assertThat(said.readAllLines()).anyMatch(line -> line.contains("Thread nobody is dead")).anyMatch(line -> line.contains("Exiting..."));
            assertThat(process.waitFor()).isEqualTo(1);
        } finally {
            process.destroy();
        }
    }

    /** A process with nothing alive in it, and with a hook that closes the watchdog. */
    static final class Bitten {
        private Bitten() {}

        public static void main(String[] args) throws Exception {
            var dog = new WatchDog().every(SOON).grace(SOON).watch("nobody", () -> false);
            Runtime.getRuntime().addShutdownHook(new Thread(dog::close));
            dog.start();
            new CountDownLatch(1).await();
        }
    }
}
