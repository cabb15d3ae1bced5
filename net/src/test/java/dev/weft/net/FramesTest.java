package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Views of a connection: they hold no bytes, gather answers only while requests are unread, and end when the connection does. */
@Timeout(30)
class FramesTest {
    // Views mix.

    @Test
    void viewsOfOneConnectionTakeNothingFromEachOther() throws IOException {
        var all = "12\nHello, wörld5;text".getBytes(UTF_8);
        for (int longest = 1; longest < all.length; longest++) {
            try (var c = ScriptedPeer.stuttering(all, longest, new Random(longest)).connect()) {
                assertThat(c.readLine()).isEqualTo("12");
                assertThat(c.input().readNBytes(7)).isEqualTo("Hello, ".getBytes(UTF_8));
                assertThat(c.frames(Framing.fixed(6)).read()).isEqualTo("wörld".getBytes(UTF_8));
                assertThat(c.frames(Framing.delimited(";")).read()).isEqualTo("5".getBytes(UTF_8));
                assertThat(c.text(UTF_8).read()).isEqualTo("text");
                assertThat(c.receive(10)).isEmpty();
            }
        }
    }

    @Test
    void aViewThatIsThrownAwayLosesNothing() throws IOException {
        try (var c = ScriptedPeer.saying("a\nb\nc\n".getBytes(UTF_8)).connect()) {
            assertThat(c.lines().read()).isEqualTo("a");
            assertThat(c.lines().iterator().next()).isEqualTo("b");
            assertThat(c.input().available()).isEqualTo(2);
            assertThat(c.receive(100)).isEqualTo("c\n".getBytes(UTF_8));
        }
    }

    @Test
    void askingForTheNextMessageDoesNotTakeIt() throws IOException {
        try (var c = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8)).connect()) {
            var lines = c.lines().iterator();
            assertThat(lines.hasNext()).isTrue();
            assertThat(lines.hasNext()).isTrue();
            assertThat(c.readLine()).isEqualTo("a");
            assertThat(lines.next()).isEqualTo("b");
        }
    }

    @Test
    void manyAreReadTogetherIfTheyHaveArrivedWhole() throws IOException {
        try (var c = ScriptedPeer.saying("one;two;;thr".getBytes(UTF_8), "ee;four;".getBytes(UTF_8)).connect()) {
            var frames = c.frames(Framing.delimited(";"));
            var read = new ArrayList<String>();
            assertThat(frames.readMany(2, m -> read.add(new String(m, UTF_8)))).isEqualTo(2);
            assertThat(read).containsExactly("one", "two");
            assertThat(frames.readMany(10, m -> read.add(new String(m, UTF_8)))).isOne();
            assertThat(read).containsExactly("one", "two", "");
            assertThat(frames.readMany(10, m -> read.add(new String(m, UTF_8)))).isEqualTo(2);
            assertThat(read).containsExactly("one", "two", "", "three", "four");
            assertThatThrownBy(() -> frames.readMany(10, read2 -> {})).isInstanceOf(EOFException.class);
            assertThat(c.bytesIn()).isEqualTo(20);
        }
    }

    @Test
    void whatIsWrongWithALaterOneIsThrownAfterThoseBeforeIt() throws IOException {
        try (var c = ScriptedPeer.saying("one;two;much too long;".getBytes(UTF_8)).connect()) {
            var frames = c.frames(Framing.delimited(";").limit(5));
            var read = new ArrayList<String>();
            assertThat(frames.readMany(10, m -> read.add(new String(m, UTF_8)))).isEqualTo(2);
            assertThatThrownBy(() -> frames.readMany(10, m -> read.add(new String(m, UTF_8)))).isInstanceOf(ProtocolException.class);
            assertThat(read).containsExactly("one", "two");
        }
    }

    @Test
    void aBuilderTellsWhereItGoes() {
        assertThat(Connection.to("localhost", 7).address()).isEqualTo(Address.of("localhost", 7));
        assertThat(Server.tcp("localhost", 0).address()).isEqualTo(Address.of("localhost", 0));
    }

    @Test
    void aConnectionCountsWhatLeaves() throws IOException {
        try (var c = ScriptedPeer.saying("x".getBytes(UTF_8)).connect()) {
            assertThat(c.bytesOut()).isZero();
            c.send("12345");
            assertThat(c.bytesOut()).isEqualTo(5);
        }
    }

    @Test
    void aStreamOverTheConnectionReadsNothingAheadOfItsCaller() throws IOException {
        try (var c = ScriptedPeer.saying("\0\0\0\7rest\n".getBytes(UTF_8)).connect()) {
            assertThat(new DataInputStream(c.input()).readInt()).isEqualTo(7);
            assertThat(c.readLine()).isEqualTo("rest");
        }
    }

    // Gathering.

    @Test
    void answersToRequestsThatCameTogetherLeaveTogether() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\nc\n".getBytes(UTF_8), "d\n".getBytes(UTF_8));
        echo(peer);
        assertThat(peer.diary()).startsWith("wait", "said 6", "heard 6", "wait", "said 2", "heard 2", "wait");
    }

    @Test
    void answersLeaveBeforeAReadThatWouldBlockInTheMiddleOfARequest() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\nc".getBytes(UTF_8), "\n".getBytes(UTF_8));
        echo(peer);
        assertThat(peer.diary()).startsWith("wait", "said 5", "heard 4", "wait", "said 1", "heard 2", "wait");
    }

    @Test
    void answersLeaveBeforeARawReadThatWouldBlock() throws IOException {
        var peer = ScriptedPeer.saying("a\nb".getBytes(UTF_8), "c".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            assertThat(c.input().readNBytes(2)).isEqualTo("bc".getBytes(UTF_8));
        }
        assertThat(peer.diary()).startsWith("wait", "said 3", "heard 2", "wait", "said 1");
    }

    @Test
    void aDeepPipelineTakesFewWrites() throws IOException {
        var requests = IntStream.range(0, 3_200).mapToObj(i -> "request " + i + "\n").toList();
        var all = String.join("", requests).getBytes(UTF_8);
        var peer = ScriptedPeer.stuttering(all, 512, new Random(1));
        echo(peer);
        assertThat(peer.heard()).isEqualTo(all);
        var reads = peer.diary().stream().filter(d -> d.startsWith("said")).count();
        assertThat(peer.diary().stream().filter(d -> d.startsWith("heard")).count()).isLessThanOrEqualTo(reads);
    }

    @Test
    void whatIsGatheredStaysBounded() throws IOException {
        // One small request in one read may ask for far more than it is long.
        var peer = ScriptedPeer.saying("x".repeat(1_000).getBytes(UTF_8));
        try (var c = peer.connect()) {
            var frames = c.frames(Framing.fixed(1));
            var answer = c.frames(Framing.fixed(1_000));
            for (var _ : frames) {
                answer.write(new byte[1_000]);
            }
        }
        assertThat(peer.heard()).hasSize(1_000_000);
        assertThat(peer.diary()).filteredOn(d -> d.startsWith("heard"))
                .allSatisfy(d -> assertThat(Integer.parseInt(d.substring(6))).isLessThan(64 * 1024));
    }

    @Test
    void aSendTakesWhatWasGatheredAlong() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\nc\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            c.send("now\n");
            assertThat(peer.diary()).endsWith("heard 6");
            c.lines().write(c.readLine());
            c.output().write('!');
            assertThat(new String(peer.heard(), UTF_8)).isEqualTo("a\nnow\nb\n!");
        }
    }

    @Test
    void flushSendsWhatWasGathered() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            assertThat(peer.heard()).isEmpty();
            c.lines().flush();
            assertThat(peer.heard()).isEqualTo("a\n".getBytes(UTF_8));
            c.lines().write(c.readLine());
            assertThat(peer.heard()).as("no request is unread any more").isEqualTo("a\nb\n".getBytes(UTF_8));
        }
    }

    @Test
    void theEndOfTheOutgoingHalfComesAfterWhatWasGathered() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            c.shutdownOutput();
        }
        assertThat(peer.diary()).endsWith("heard 2", "heard the end");
    }

    @Test
    void closingSendsWhatWasGathered() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
        }
        assertThat(peer.heard()).isEqualTo("a\n".getBytes(UTF_8));
    }

    @Test
    void abortingDoesNot() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            c.abort();
        }
        assertThat(peer.heard()).isEmpty();
    }

    @Test
    void aWriteBeforeTheFirstReadLeavesAtOnce() throws IOException {
        var peer = ScriptedPeer.saying("a\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write("welcome");
            assertThat(peer.diary()).containsExactly("heard 8");
        }
    }

    @Test
    void aWriteOfAnotherThreadThanTheReadersLeavesAtOnce() throws Exception {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            Thread.ofVirtual().start(() -> {
                try {
                    c.lines().write("tick");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).join();
            assertThat(peer.heard()).isEqualTo("tick\n".getBytes(UTF_8));
        }
        assertThat(peer.heard()).isEqualTo("tick\na\n".getBytes(UTF_8));
    }

    @Test
    void manyMessagesInOneGoLeaveInOneWrite() throws IOException {
        var peer = ScriptedPeer.saying();
        try (var c = peer.connect()) {
            c.lines().writeAll(List.of("a", "b", "c"));
            c.lines().writeAll(List.of());
        }
        assertThat(new String(peer.heard(), UTF_8)).isEqualTo("a\nb\nc\n");
        assertThat(peer.diary()).filteredOn("heard 6"::equals).hasSize(1);
    }

    @Test
    void manyMessagesComeAfterWhatWasGathered() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            c.lines().write(c.readLine());
            c.lines().writeAll(List.of("x", "y"));
            assertThat(new String(peer.heard(), UTF_8)).isEqualTo("a\nx\ny\n");
        }
    }

    /** Writes half of a message, then finds that it can't. */
    private static final class Torn implements Framing<String> {
        @Override
        public String read(DataInputStream in) throws IOException {
            return Framing.lines().read(in);
        }

        @Override
        public void write(String message, DataOutputStream out) throws IOException {
            out.writeBytes("half of ");
            if (message.equals("bad")) {
                throw new IllegalArgumentException("no");
            }
            out.writeBytes(message + "\n");
        }
    }

    @Test
    void aMessageThatItsFramingGivesUpLeavesNothingBehind() throws IOException {
        var peer = ScriptedPeer.saying("a\nb\nc\n".getBytes(UTF_8));
        try (var c = peer.connect()) {
            var frames = c.frames(new Torn());
            assertThatIllegalArgumentException().as("before the first read").isThrownBy(() -> frames.write("bad"));
            frames.write(frames.read());
            assertThatIllegalArgumentException().as("while gathering").isThrownBy(() -> frames.write("bad"));
            frames.write(frames.read());
            assertThatIllegalArgumentException().as("in one go").isThrownBy(() -> frames.writeAll(List.of("bad")));
        }
        assertThat(new String(peer.heard(), UTF_8)).isEqualTo("half of a\nhalf of b\n");
    }

    // Ends.

    @Test
    void iterationEndsAtTheEndOfTheStream() throws IOException {
        try (var c = ScriptedPeer.saying("a\n".getBytes(UTF_8), "b".getBytes(UTF_8)).connect()) {
            var lines = c.lines().iterator();
            assertThat(lines.next()).isEqualTo("a");
            assertThat(lines.next()).isEqualTo("b");
            assertThat(lines.hasNext()).isFalse();
            assertThat(lines.hasNext()).isFalse();
            assertThatThrownBy(lines::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void readDemandsAMessage() throws IOException {
        try (var c = ScriptedPeer.saying().connect()) {
            assertThatThrownBy(c.lines()::read).isInstanceOf(EOFException.class).hasMessageContaining("memory:script");
            assertThatThrownBy(c::readLine).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void iterationEndsWhenWeCloseInTheMiddle() throws IOException {
        var c = ScriptedPeer.saying("a\nb\nc\n".getBytes(UTF_8)).connect();
        var read = new ArrayList<String>();
        for (var line : c.lines()) {
            read.add(line);
            if (line.equals("b")) {
                c.close();
            }
        }
        assertThat(read).containsExactly("a", "b");
    }

    @Test
    void iterationEndsWhenAnotherThreadClosesWhileItWaits() throws Exception {
        try (var acceptor = Server.at(Address.memory("frames")).listen()) {
            var c = Connection.to(acceptor.address()).open();
            var lines = c.lines().iterator();
            var reader = new FutureTask<>(lines::hasNext);
            var thread = Thread.ofVirtual().start(reader);
            Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
            c.close();
            assertThat(reader.get()).isFalse();
        }
    }

    @Test
    void theEndOfTheStreamInsideAMessageIsWrappedInIteration() throws IOException {
        try (var c = ScriptedPeer.saying("\3ab".getBytes(UTF_8)).connect()) {
            var frames = c.frames(Framing.lengthPrefixed(1)).iterator();
            assertThatThrownBy(frames::next).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void theEndOfTheStreamInsideAFramingOfOnesOwnIsAProtocolError() throws IOException {
        var ints = new Framing<Integer>() {
            @Override
            public Integer read(DataInputStream in) throws IOException {
                return in.readInt();
            }

            @Override
            public void write(Integer message, DataOutputStream out) throws IOException {
                out.writeInt(message);
            }
        };
        try (var c = ScriptedPeer.saying(new byte[] {0, 0, 0, 1, 0, 0}).connect()) {
            assertThat(c.frames(ints).read()).isEqualTo(1);
            assertThatThrownBy(c.frames(ints)::read).isInstanceOf(ProtocolException.class).hasMessageContaining("ended inside a message");
        }
    }

    @Test
    void readingAndWritingOnAClosedConnectionSayThatItIsClosed() throws IOException {
        var c = ScriptedPeer.saying("a\n".getBytes(UTF_8)).connect();
        c.close();
        assertThatThrownBy(c.lines()::read).isInstanceOf(SocketException.class).hasMessageContaining("was closed");
        assertThatThrownBy(() -> c.lines().write("x")).isInstanceOf(SocketException.class).hasMessageContaining("was closed");
        assertThatThrownBy(() -> c.lines().writeAll(List.of("x"))).isInstanceOf(SocketException.class);
        assertThat(c.isOpen()).isFalse();
    }

    @Test
    void receiveWantsRoomForAByteAtLeast() throws IOException {
        try (var c = ScriptedPeer.saying().connect()) {
            assertThatIllegalArgumentException().isThrownBy(() -> c.receive(0)).withMessageContaining("receive(0)");
        }
    }

    private static void echo(ScriptedPeer peer) throws IOException {
        try (var c = peer.connect()) {
            var lines = c.lines();
            for (var line : lines) {
                lines.write(line);
            }
        }
    }
}
