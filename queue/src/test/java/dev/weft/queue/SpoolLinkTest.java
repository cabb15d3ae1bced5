package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.weft.net.Address;
import dev.weft.net.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Senders that keep their messages in a directory, and die. */
@Timeout(60)
class SpoolLinkTest {
    private static final int KILLS = 5;
    private static final int MEGABYTE = 1 << 20;

    private final Ends ends = new Ends(Place.NIO);
    @TempDir
    private Path directory;

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private LinkBuilder<String> listening() throws IOException {
        return ends.listen().asText().delivery(Delivery.AT_LEAST_ONCE);
    }

    private LinkBuilder<String> spooling() throws IOException {
        return listening().spool(directory);
    }

    private LinkBuilder<String> dialing(Address to) throws IOException {
        return ends.connect(to).asText().delivery(Delivery.AT_LEAST_ONCE);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    /** Sends numbers, beginning where its spool says that it was, and is killed by and by. */
    static final class Child {
        private static final int AHEAD = 3_000;

        private Child() {}

        static Process start(Path directory, int port, long last) throws IOException {
            return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                    "-XX:-UsePerfData", "-Xmx64m", "-cp", System.getProperty("java.class.path"), Child.class.getName(), directory.toString(),
                    Integer.toString(port), Long.toString(last)).inheritIO().start();
        }

        public static void main(String[] args) throws Exception {
            var directory = Path.of(args[0]);
            long first;
            try (var spool = Spool.open(directory)) {
                first = spool.next();
            }
            var last = Long.parseLong(args[2]);
            var toSend = new AckQueue<String>(100);
            try (var sender = Link.connect("localhost", Integer.parseInt(args[1])).asText().reconnect(Ends.QUICKLY).delivery(Delivery.AT_LEAST_ONCE)
                    .spool(directory).sender(toSend).start()) {
                for (long n = first; n <= last; n++) {
                    sender.send(message(n));
                    if ((n - first) % AHEAD == AHEAD - 1) {
                        var most = n - first - AHEAD / 2;
                        Ends.until("half of them have arrived", () -> sender.stats().acknowledged() > most);
                    }
                }
                toSend.end();
                sender.join();
            }
        }

        /** A few bytes, and now and then some thousand. */
        static String message(long n) {
            return n + ":" + "x".repeat((int) (n % 1_000 == 0 ? 20_000 : n % 50));
        }
    }

    @Test
    void aSenderThatIsKilledAgainAndAgainLosesNothingAndDoublesNothing() throws Exception {
        var seed = 5;
        var random = new Random(seed);
        var total = 40_000;
        var receiver = ends.with(listening().capacity(256).receiver().start());
        var got = 0;
        var process = Child.start(directory, receiver.address().port(), total);
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                got = expect(receiver, got, got + random.nextInt(1, total / (KILLS + 1)), seed);
                process.destroyForcibly().waitFor();
                process = Child.start(directory, receiver.address().port(), total);
            }
            got = expect(receiver, got, total, seed);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("the last sender ends by itself, seed %d", seed).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(receiver.received()).isEmpty();
        assertThat(receiver.stats().received()).isEqualTo(total);
        try (var spool = Spool.open(directory)) {
            assertThat(spool.first()).isEqualTo(total + 1).isEqualTo(spool.next());
        }
    }

    private static int expect(Receiver<String> receiver, int after, int last, int seed) throws InterruptedException {
        for (int n = after + 1; n <= last; n++) {
            assertThat(Ends.next(receiver.received())).as("seed %d", seed).isEqualTo(Child.message(n));
        }
        return last;
    }

    @Test
    void theNextLinkSendsWhatTheLastCouldNot() throws Exception {
        try (var first = spooling().sender().start()) {
            first.toSend().addAll(numbers(0, 100));
            Ends.until("all are in the spool", () -> first.toSend().isEmpty());
            assertThat(first.drain(SingleDrain.AT_ONCE).clean()).as("what is in the spool is safe").isTrue();
            assertThat(first.unsent()).as("what the next link sends is not lost").isEmpty();
        }
        var receiver = ends.with(listening().receiver().start());
        var second = ends.with(dialing(receiver.address()).spool(directory).sender().start());
        second.toSend().addAll(numbers(100, 110));
        assertThat(Ends.next(receiver.received(), 110)).isEqualTo(numbers(0, 110));
        Ends.until("all are done", () -> second.stats().acknowledged() == 110);
    }

    @Test
    void aReceiverThatLivesKnowsTheNextLinkAsTheSameSender() throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var own = (AckQueue<String>) receiver.received();
        var held = new ArrayList<Delivered<String>>();
        try (var first = dialing(receiver.address()).spool(directory).sender().start()) {
            first.toSend().addAll(numbers(0, 10));
            for (int i = 0; i < 10; i++) {
                held.add(own.next(10, TimeUnit.SECONDS).orElseThrow());
            }
        }
        var second = ends.with(dialing(receiver.address()).spool(directory).sender().start());
        second.send("10");
        assertThat(Ends.next(receiver.received())).isEqualTo("10");
        assertThat(second.stats().acknowledged()).isZero();
        held.reversed().forEach(Delivered::acknowledge);
        Ends.until("all are done", () -> second.stats().acknowledged() == 11);
        assertThat(receiver.stats().received()).isEqualTo(11);
    }

    @Test
    void whatIsInTheSpoolIsAcknowledgedUpstreamThoughNobodyHasReceivedIt() throws Exception {
        var done = new LinkedBlockingQueue<String>();
        var upstream = new AckQueue<String>();
        var sender = ends.with(spooling().capacity(2).sender(upstream).start());
        for (var message : numbers(0, 20)) {
            upstream.put(message, () -> done.add(message));
        }
        assertThat(Ends.next(done, 20)).isEqualTo(numbers(0, 20));
        assertThat(sender.stats().sent()).isZero();
    }

    @Test
    void aServiceUpstreamGoesOnWhileNobodyReceives() throws Exception {
        var input = new AckQueue<String>();
        var done = new LinkedBlockingQueue<String>();
        var output = new AckQueue<String>(1);
        var sender = ends.with(spooling().sender(output).start());
        try (var service = Services.<String, String>map("upper", input, output, String::toUpperCase)) {
            service.start();
            for (var message : List.of("a", "b", "c")) {
                input.put(message, () -> done.add(message));
            }
            assertThat(Ends.next(done, 3)).containsExactlyInAnyOrder("a", "b", "c");
        }
        var receiver = ends.with(dialing(sender.address()).receiver().start());
        assertThat(Ends.next(receiver.received(), 3)).containsExactly("A", "B", "C");
    }

    @Test
    void oneLinkAtATimeHasADirectory() throws Exception {
        var first = ends.with(spooling().sender().start());
        var acceptor = ends.acceptor();
        var address = acceptor.address();
        acceptor.close();
        var second = Link.listen(ends.place.at(address)).delivery(Delivery.AT_LEAST_ONCE).spool(directory).sender();
        assertThatIOException().isThrownBy(second::start).withMessageContaining(directory.toRealPath().toString())
                .withMessageContaining("in use by this process");
        ends.acceptor(address).close();
        first.close();
        assertThat(second.start().status().state()).as("it may have it now").isNotEqualTo(LinkStatus.State.ENDED);
        second.close();
        spooling().sender().start().close();
    }

    @Test
    void aSpoolIsForWhatIsSentAtLeastOnce() throws Exception {
        assertThatIllegalArgumentException().isThrownBy(() -> ends.listen().spool(directory).sender())
                .withMessageContaining("a spool keeps what is sent")
                .withMessageContaining("AT_MOST_ONCE");
        assertThatIllegalArgumentException().isThrownBy(() -> spooling().receiver()).withMessageContaining("ServerReceiver");
        spooling().duplex().start().close();
        assertThat(directory).isNotEmptyDirectory();
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsAFailureToStart() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "mine");
        var sender = listening().spool(file).sender();
        assertThatIOException().isThrownBy(sender::start).withMessageContaining(file.toString());
        sender.close();
        assertThat(file).hasContent("mine");
        assertThatIOException().isThrownBy(listening().spool(file.resolve("below")).sender()::start).withMessageContaining(file.toString());
    }

    private void delete() throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aDirectoryThatVanishesEndsTheLinkWhichSaysSo() throws Exception {
        var sender = ends.with(spooling().sender().start());
        sender.send("first");
        Ends.until("it is in the spool", () -> sender.toSend().isEmpty());
        delete();
        var message = "x".repeat(MEGABYTE);
        // The file that is open is there for its holder, and full after so many.
        assertThatIllegalStateException().isThrownBy(() -> {
            for (int i = 0; i < 2_000; i++) {
                sender.send(message);
            }
        });
        assertThatThrownBy(sender::join).hasStackTraceContaining(directory.toString());
        assertThat(sender.status().state()).isEqualTo(LinkStatus.State.ENDED);
        assertThat(sender.status().lastFailure()).isPresent();
        assertThat(sender.unsent()).as("what is in no spool is told").contains(message);
        Files.createDirectories(directory);
    }

    /** Sends until its disk is full, or says that it is. */
    static final class Filling {
        private Filling() {}

        public static void main(String[] args) throws Exception {
            try (var sender = Link.listen(Server.tcp("localhost", 0)).asText().delivery(Delivery.AT_LEAST_ONCE).spool(Path.of(args[0]))
                    .sender().start()) {
                try {
                    for (int i = 0; i < 100_000; i++) {
                        sender.send("x".repeat(1_000));
                    }
                } catch (IllegalStateException e) {
                    System.out.println("refused: " + e.getMessage());
                }
                try {
                    sender.join();
                } catch (UncheckedIOException e) {
                    System.out.println("failed: " + e.getCause().getMessage());
                }
                System.out.println(sender.status().state() + " " + (sender.unsent().isEmpty() ? "nothing" : "something") + " unsent");
            }
        }
    }

    @Test
    void aFullDiskEndsTheLinkWhichSaysSo() throws Exception {
        var said = SpoolChild.runWithFilesUpTo(1_000, Filling.class, directory);
        assertThat(said).hasSize(3);
        assertThat(said.get(0)).startsWith("refused: ").contains("has ended");
        assertThat(said.get(1)).startsWith("failed: ").contains("cannot write", directory.toRealPath().toString());
        assertThat(said.get(2)).isEqualTo("ENDED something unsent");
    }

    @Test
    void whatCanNotBeReadAgainEndsTheLinkWhichSaysSo() throws Exception {
        var sender = ends.with(spooling().sender().start());
        sender.toSend().addAll(numbers(0, 10));
        Ends.until("all are in the spool", () -> sender.toSend().isEmpty());
        try (var files = Files.newDirectoryStream(directory, "*.spool")) {
            for (var file : files) {
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(new byte[] {77, 77, 77}), channel.size() - 20);
                }
            }
        }
        var receiver = ends.with(dialing(sender.address()).receiver().start());
        assertThatThrownBy(sender::join).hasStackTraceContaining("is damaged at byte").hasStackTraceContaining(directory.toString());
        assertThat(sender.status().state()).isEqualTo(LinkStatus.State.ENDED);
        assertThat(receiver.stats().connections()).isLessThan(3);
    }
}
