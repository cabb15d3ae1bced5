package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Framing;
import org.awaitility.Awaitility;

/** The links of a test, and raw peers, which know nothing of links; all are closed at its end, the latest first. */
final class Ends implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(10);
    /** A test must not wait for a jittered pause. */
    static final Backoff QUICKLY = Backoff.fixed(Duration.ofMillis(10));
    private static final Deadlines PATIENCE = Deadlines.none().connect(SOON).handshake(SOON).read(SOON).write(SOON);
    private static final Framing<byte[]> LINES = Framing.delimited("\r\n");

    final Place place;
    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

    Ends(Place place) {
        this.place = place;
    }

    /** A link that listens at an address of its own. */
    LinkBuilder<byte[]> listen() throws IOException {
        return Link.listen(place.server());
    }

    /** A link that goes there, again and again. */
    LinkBuilder<byte[]> connect(Address address) throws IOException {
        return Link.connect(place.to(address)).reconnect(QUICKLY);
    }

    /** To be closed at the end. */
    synchronized <C extends AutoCloseable> C with(C link) {
        open.push(link);
        return link;
    }

    /** A raw peer that listens at an address of its own. */
    Acceptor acceptor() throws IOException {
        return with(place.server().deadlines(PATIENCE).listen());
    }

    /** A raw peer that listens where somebody did before. */
    Acceptor acceptor(Address address) throws IOException {
        return with(place.at(address).deadlines(PATIENCE).listen());
    }

    /** The next caller of a raw peer. */
    Connection accept(Acceptor acceptor) throws IOException {
        return with(acceptor.accept(SOON));
    }

    /** A raw peer that calls. */
    Connection dial(Link link) throws IOException {
        return dial(link.address());
    }

    Connection dial(Address address) throws IOException {
        return with(place.to(address).deadlines(PATIENCE).open());
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    /** Exactly so many bytes, as text. */
    static String read(Connection peer, int length) throws IOException {
        return text(peer.input().readNBytes(length));
    }

    /** The next message between delimiters that a raw peer gets. */
    static String line(Connection peer) throws IOException {
        return text(peer.frames(LINES).read());
    }

    /** The next message of a queue. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        var next = queue.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no message for " + SOON);
        }
        return next;
    }

    /** The next messages of a queue. */
    static <T> List<T> next(BlockingQueue<T> queue, int n) throws InterruptedException {
        var all = new ArrayList<T>();
        while (all.size() < n) {
            all.add(next(queue));
        }
        return all;
    }

    /** Joins, for so long at most. */
    static void join(Link link) throws InterruptedException {
        var joining = Thread.ofVirtual().name("test-join").start(link::join);
        if (!joining.join(SOON)) {
            throw new AssertionError(link + " has not ended in " + SOON + ": " + link.status());
        }
    }

    /** Waits until this is so. */
    static void until(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(SOON).pollInterval(Duration.ofMillis(2)).until(condition);
    }

    /** Waits until it is in this state. */
    static void until(Link link, LinkStatus.State state) {
        until(link + " is " + state, () -> link.status().state() == state);
    }
}
