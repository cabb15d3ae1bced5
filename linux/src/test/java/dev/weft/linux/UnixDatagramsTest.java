package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.Datagram;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.spi.PacketChannel;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unix datagram sockets, which the JDK has not: SPEC SS-50, unix(7). */
@Timeout(60)
class UnixDatagramsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    /** Remembers what failed. */
    private static final class Failures implements ServerObserver {
        final BlockingQueue<Throwable> all = new LinkedBlockingQueue<>();

        @Override
        public void failed(Datagram d, Throwable failure) {
            all.add(failure);
        }

        Throwable next() throws InterruptedException {
            var failure = all.poll(10, TimeUnit.SECONDS);
            assertThat(failure).as("a failure").isNotNull();
            return failure;
        }
    }

    /** Sends from a socket that is bound to nothing. */
    private static void sendUnbound(String text, Address to) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
            var sent = Sockets.closing(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM),
                    fd -> Libc.sendTo(fd, data, 0, Sockaddr.unix(to, arena), Libc.errnoRoom(arena)));
            assertThat(sent).isEqualTo(text.length());
        }
    }

    @Test
    void aBoundPeerIsAnswered() throws IOException {
        try (var server = Server.unixDatagrams(folder.resolve("s")).open(d -> d.reply(d.sender() + " " + d.text())).start();
                var own = Datagrams.unix(folder.resolve("me"))) {
            assertThat(server.address()).isEqualTo(Address.unix(folder.resolve("s")));
            own.send("hello", server.address());
            var answer = own.receive(PATIENCE);
            assertThat(answer.text()).isEqualTo("unix:" + folder.resolve("me") + " hello");
            assertThat(answer.sender()).isEqualTo(server.address());
        }
    }

    @Test
    @DisplayName("a peer that bound nothing is heard and can't be answered; the error goes to the observer and the server lives (SS-48)")
    void anUnboundPeerIsHeardAndCanNotBeAnswered() throws Exception {
        var failures = new Failures();
        BlockingQueue<Address> senders = new LinkedBlockingQueue<>();
        try (var server = Server.unixDatagrams(folder.resolve("s")).observer(failures).open(d -> {
            senders.add(d.sender());
            d.reply(d.text());
        }).start(); var own = Datagrams.unix(folder.resolve("me"))) {
            sendUnbound("hello", server.address());
            assertThat(senders.poll(10, TimeUnit.SECONDS)).isEqualTo(Address.unix(Path.of(""))).hasToString("unix:");
            assertThat(failures.next()).isInstanceOf(SocketException.class).hasMessageContaining("bound no address");
            own.send("next", server.address());
            assertThat(own.receive(PATIENCE).text()).isEqualTo("next");
        }
    }

    /** Tells who it hears, in the locale C, where the JVM knows paths of ASCII only. */
    static final class Ascii {
        private Ascii() {}

        public static void main(String[] arguments) throws IOException {
            Server.unixDatagrams(Path.of(arguments[0], "datagrams")).open(d -> System.out.println(d.text() + " from " + d.sender())).start();
            Server.unix(Path.of(arguments[0], "streams")).open(c -> System.out.println("a connection from " + c.remote())).start();
            System.out.println("ready in " + System.getProperty("sun.jnu.encoding"));
        }
    }

    @Test
    void aPeerWhosePathIsNoneInThisLocaleIsHeardAndCountsAsOneWithout() throws Exception {
        var command = new ArrayList<>(List.of("env", "LC_ALL=C"));
        command.addAll(ChildJava.java(List.of("--enable-native-access=ALL-UNNAMED"), Ascii.class, folder.toString()));
        try (var child = ChildJava.command(command); var arena = Arena.ofConfined()) {
            assertThat(child.awaitLine("ready in ")).isNotEqualTo("UTF-8");
            var odd = Sockaddr.unix(Address.unix(folder.resolve("peer?")), arena);
            odd.set(ValueLayout.JAVA_BYTE, odd.byteSize() - 2, (byte) 0xe9); // before the NUL: no character of ASCII, nor of UTF-8
            Sockets.closing(Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM), fd -> {
                Libc.bind(fd, odd);
                var to = Sockaddr.unix(Address.unix(folder.resolve("datagrams")), arena);
                for (int i = 0; i < 2; i++) {
                    assertThat(Libc.sendTo(fd, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes("?")), 0, to, Libc.errnoRoom(arena))).isOne();
                }
                return fd;
            });
            assertThat(child.awaitLine("? from ")).isEqualTo("unix:");
            assertThat(child.awaitLine("? from ")).isEqualTo("unix:");
            odd.set(ValueLayout.JAVA_BYTE, odd.byteSize() - 2, (byte) 0xe8);
            Sockets.closing(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM), fd -> {
                Libc.bind(fd, odd);
                Libc.connect(fd, Sockaddr.unix(Address.unix(folder.resolve("streams")), arena));
                return fd;
            });
            assertThat(child.awaitLine("a connection from ")).isEqualTo("unix:");
        }
    }

    @Test
    void abstractNamesServeAndAreAnswered() throws IOException {
        var transport = new EpollTransport();
        var pid = ProcessHandle.current().pid();
        var here = Address.unixAbstract("weft-here-" + pid);
        var there = Address.unixAbstract("weft-there-" + pid);
        var one = transport.bind(here, StreamPair.PLAIN);
        var other = transport.bind(there, StreamPair.PLAIN);
        try {
            assertThat(one.local()).isEqualTo(here);
            assertThat(one.send(bytes("hello"), there)).isTrue();
            var buffer = new byte[100];
            var packet = receive(other, buffer);
            assertThat(packet.sender()).isEqualTo(here);
            assertThat(other.send(bytes("back"), packet.sender())).isTrue();
            assertThat(receive(one, buffer)).isEqualTo(new PacketChannel.Packet(4, false, there));
        } finally {
            one.close();
            other.close();
        }
    }

    private static PacketChannel.Packet receive(PacketChannel channel, byte[] into) throws IOException {
        while (true) {
            var packet = channel.receive(into);
            if (packet.isPresent()) {
                return packet.get();
            }
            channel.awaitReadable();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("a datagram that is longer than the limit is cut, and says so (SS-24)")
    void aLongDatagramIsCutAndSaysSo() throws Exception {
        BlockingQueue<Datagram> heard = new LinkedBlockingQueue<>();
        try (var server = Server.unixDatagrams(folder.resolve("s")).maxPacketSize(4).open(heard::add).start();
                var own = Datagrams.unix(folder.resolve("me"))) {
            own.send("1234", server.address());
            own.send("12345", server.address());
            own.send("1", server.address());
            var texts = new ArrayList<String>();
            for (int i = 0; i < 3; i++) {
                var d = heard.poll(10, TimeUnit.SECONDS);
                texts.add(d.text() + (d.truncated() ? " truncated" : ""));
            }
            assertThat(texts).containsExactlyInAnyOrder("1234", "1234 truncated", "1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEmptyDatagramIsADatagram(boolean bound) throws Exception {
        BlockingQueue<Datagram> heard = new LinkedBlockingQueue<>();
        try (var server = Server.unixDatagrams(folder.resolve("s")).open(heard::add).start(); var own = Datagrams.unix(folder.resolve("me"))) {
            if (bound) {
                own.send("", server.address());
            } else {
                sendUnbound("", server.address());
            }
            var d = heard.poll(10, TimeUnit.SECONDS);
            assertThat(d.data()).isEmpty();
            assertThat(d.truncated()).isFalse();
            assertThat(d.sender().host()).isEqualTo(bound ? folder.resolve("me").toString() : "");
        }
    }

    @Test
    void oneThatIsTooLongForTheSocketIsRefusedAndTheNextGoesThrough() throws IOException {
        // unix(7): SO_SNDBUF bounds a datagram.
        try (var receiver = Datagrams.unix(folder.resolve("receiver")); var own = Datagrams.unix(folder.resolve("me"))) {
            assertThatThrownBy(() -> own.send(new byte[10_000_000], receiver.address())).isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot send to " + receiver.address()).message().contains("too long").doesNotContain("path");
            own.send("next", receiver.address());
            assertThat(receiver.receive(PATIENCE).text()).isEqualTo("next");
        }
    }

    @Test
    void whoSendsToNobodyIsTold() throws IOException {
        var gone = folder.resolve("gone");
        try (var own = Datagrams.unix(folder.resolve("me"))) {
            assertThatThrownBy(() -> own.send("?", Address.unix(gone))).isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot send to unix:" + gone + ": no such socket file");
            Datagrams.unix(gone).close();
            assertThatThrownBy(() -> own.send("?", Address.unix(gone))).isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot send to unix:" + gone + ": nobody listens on this socket file");
            assertThatThrownBy(() -> own.send("?", Address.of("127.0.0.1", 9))).isInstanceOf(SocketException.class)
                    .hasMessageContaining("can't reach 127.0.0.1:9");
        }
    }

    /** A sender that goes on until the receiver's queue is full, and beyond. */
    private static final class Flood {
        final AtomicInteger sent = new AtomicInteger();
        final FutureTask<Integer> task;
        final Thread thread;

        Flood(Datagrams from, Address to, int datagrams, boolean virtual) {
            task = new FutureTask<>(() -> {
                for (int i = 0; i < datagrams; i++) {
                    from.send(String.valueOf(i), to);
                    sent.incrementAndGet();
                }
                return datagrams;
            });
            thread = virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().daemon().start(task);
        }

        Flood awaitFull() {
            var seen = new AtomicInteger(-1);
            Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> sent.get() > 0 && seen.getAndSet(sent.get()) == sent.get());
            return this;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereTheReceiversQueueIsFullTheSenderWaitsAndGoesOn(boolean virtual) throws Exception {
        try (var receiver = Datagrams.unix(folder.resolve("receiver")); var own = Datagrams.unix(folder.resolve("me"))) {
            var flood = new Flood(own, receiver.address(), 2_000, virtual).awaitFull();
            assertThat(flood.task.isDone()).isFalse();
            for (int i = 0; i < 2_000; i++) {
                assertThat(receiver.receive(PATIENCE).text()).isEqualTo(String.valueOf(i));
            }
            assertThat(flood.task.get(10, TimeUnit.SECONDS)).isEqualTo(2_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSenderThatWaitsCanBeInterruptedAndTheSocketStaysUsable(boolean virtual) throws Exception {
        try (var receiver = Datagrams.unix(folder.resolve("receiver")); var own = Datagrams.unix(folder.resolve("me"))) {
            var flood = new Flood(own, receiver.address(), 2_000, virtual).awaitFull();
            flood.thread.interrupt();
            assertThatThrownBy(() -> flood.task.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedIOException.class);
            for (int i = 0; i < flood.sent.get(); i++) {
                receiver.receive(PATIENCE);
            }
            own.send("after", receiver.address());
            assertThat(receiver.receive(PATIENCE).text()).isEqualTo("after");
        }
    }

    @Test
    void aSenderWhoseReceiverReadsNothingGivesUpInTimeAndTheSocketStaysUsable() throws Exception {
        try (var receiver = Datagrams.unix(folder.resolve("receiver"));
                var own = Datagrams.unix(folder.resolve("me")).deadlines(Deadlines.defaults().write(Duration.ofMillis(200)))) {
            var flood = new Flood(own, receiver.address(), 2_000, true);
            assertThatThrownBy(() -> flood.task.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(receiver.address() + " took nothing for 200 ms; the datagram was dropped");
            for (int i = 0; i < flood.sent.get(); i++) {
                assertThat(receiver.receive(PATIENCE).text()).isEqualTo(String.valueOf(i));
            }
            own.send("after", receiver.address());
            assertThat(receiver.receive(PATIENCE).text()).isEqualTo("after");
        }
    }

    @Test
    void anAnswerOfASocketOfOnesOwnGivesUpInTimeToo() throws Exception {
        try (var asks = Datagrams.unix(folder.resolve("asks"));
                var own = Datagrams.unix(folder.resolve("me")).deadlines(Deadlines.defaults().write(Duration.ofMillis(50)))) {
            asks.send("?", own.address());
            var question = own.receive(PATIENCE);
            assertThatThrownBy(() -> {
                while (true) {
                    question.reply("!");
                }
            }).isInstanceOf(SocketTimeoutException.class).hasMessageContaining(asks.address() + " took nothing for 50 ms");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"its own socket", "the receiver"})
    void aSenderThatWaitsIsToldOfAClose(String which) throws Exception {
        try (var receiver = Datagrams.unix(folder.resolve("receiver")); var own = Datagrams.unix(folder.resolve("me"))) {
            var flood = new Flood(own, receiver.address(), 2_000, true).awaitFull();
            (which.equals("the receiver") ? receiver : own).close();
            assertThatThrownBy(() -> flood.task.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void aServerThatAnswersASlowPeerLosesNothing() throws Exception {
        // The peer asks 200 times and reads no answer before the last question.
        try (var server = Server.unixDatagrams(folder.resolve("s")).open(d -> d.reply(d.text())).start();
                var own = Datagrams.unix(folder.resolve("me"))) {
            for (int i = 0; i < 200; i++) {
                own.send("question " + i, server.address());
            }
            var answers = new HashSet<String>();
            while (answers.size() < 200) {
                answers.add(own.receive(PATIENCE).text());
            }
            assertThat(server.stats().dropped()).isZero();
        }
    }

    @Test
    void aPeerThatReadsNoAnswerHoldsRequestsUpForTheirTimeAndNoLonger() throws Exception {
        var failures = new Failures();
        var time = new ManualTime();
        try (var server = Server.unixDatagrams(folder.resolve("s")).inFlight(5).time(time).observer(failures).open(d -> d.reply(d.text())).start();
                var deaf = Datagrams.unix(folder.resolve("deaf"));
                var other = Datagrams.unix(folder.resolve("other"))) {
            var filler = new EpollTransport().bind(Address.unix(folder.resolve("filler")), StreamPair.PLAIN);
            while (filler.send(bytes("x"), deaf.address())) {
                // until the peer's queue is full
            }
            filler.close();
            while (server.stats().dropped() == 0) { // until all five wait for room in it
                deaf.send("?", server.address());
            }
            assertThat(failures.all).isEmpty();
            Awaitility.await().ignoreException(SocketTimeoutException.class).until(() -> {
                time.advance(Duration.ofSeconds(30));
                other.send("hello", server.address());
                return other.receive(Duration.ofMillis(100)).text().equals("hello");
            });
            assertThat(failures.all).isNotEmpty().allSatisfy(failure -> assertThat(failure).isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(deaf.address() + " took nothing for 30 s; the answer was dropped"));
        }
    }

    @Test
    void aPythonPeerIsAnsweredAtAPathAndAtAnAbstractName() throws Exception {
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here");
        try (var server = Server.unixDatagrams(folder.resolve("s")).observer(new Failures())
                .open(d -> d.reply(d.text().toUpperCase(Locale.ROOT) + " " + d.sender()))
                .start(); var python = Python.running("""
                        import socket, sys
                        server, path, name = sys.argv[1:]
                        for own in path, '\\0' + name:
                            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                            s.bind(own)
                            s.sendto(b'hello', server)
                            data, sender = s.recvfrom(1000)
                            print(data.decode(), 'from', sender)
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        s.sendto(b'nobody', server)
                        s.sendto(b'', server)
                        """, server.address().host(), folder.resolve("python").toString(), "weft-python-" + ProcessHandle.current().pid())) {
            assertThat(python.output()).containsExactly("HELLO unix:" + folder.resolve("python") + " from " + server.address().host(),
                    "HELLO unix:@weft-python-" + ProcessHandle.current().pid() + " from " + server.address().host());
            Awaitility.await().until(() -> server.stats().accepted() == 4);
        }
    }
}
