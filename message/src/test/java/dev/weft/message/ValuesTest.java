package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Properties and resources: SPEC PR-P1, PR-R1 to PR-R5, PR-D2, PR-D3, PR-S4, and the bugs of the original that concern them. */
@Timeout(60)
class ValuesTest {
    private final Ends ends = new Ends(Place.MEMORY);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private static final class Model implements AutoCloseable {
        private final String name;
        private final List<String> log;

        Model(String name, List<String> log) {
            this.name = name;
            this.log = log;
            log.add("load " + name);
        }

        @Override
        public void close() {
            log.add("close " + name);
        }
    }

    /** PR-D3, PR-S4: one for the server and all its connections. */
    @Test
    void aPropertyIsSeenByAllConnections() throws Exception {
        var key = Key.<String>of("get"); // PR-P1: names such as "get" break nothing
        var messages = new Messages().set(key, "one").on("ask", (m, p) -> p.send(m.reply("is", p.get(key))))
                .on("set", (m, p) -> p.send(m.reply("was", p.messages().set(key, m.text()).get(key))));
        var server = ends.serve(messages);
        var first = ends.connect(new Messages(), server);
        var second = ends.connect(new Messages(), server);
        assertThat(first.request("ask", "", Ends.SOON).text()).isEqualTo("one");
        assertThat(first.request("set", "two", Ends.SOON).text()).isEqualTo("two");
        assertThat(second.request("ask", "", Ends.SOON).text()).isEqualTo("two");
        assertThat(messages.get(key)).isEqualTo("two");
    }

    /** PR-P1: get of a missing name, remove of a missing one. */
    @Test
    void whatNobodyHasSetIsNotThere() throws Exception {
        var key = Key.<String>of("missing");
        var peer = ends.client(new Messages(), new Messages());
        assertThat(peer.find(key)).isEmpty();
        assertThat(peer.remove(key)).isEmpty();
        assertThat(peer.messages().remove(key)).isEmpty();
        assertThatThrownBy(() -> peer.get(key)).isInstanceOf(NoSuchElementException.class).hasMessageContaining("missing");
        assertThatThrownBy(() -> new Messages().get(key)).isInstanceOf(NoSuchElementException.class).hasMessageContaining("missing");
    }

    @Test
    void aConnectionsOwnValueHidesTheSharedOne() throws Exception {
        var key = Key.<String>of("name");
        var messages = new Messages().set(key, "shared").on("own", (m, p) -> p.set(key, m.text())).on("drop", (m, p) -> p.remove(key))
                .on("ask", (m, p) -> p.send(m.reply("is", p.get(key))));
        var server = ends.serve(messages);
        var own = ends.connect(new Messages(), server);
        own.send("own", "mine");
        assertThat(own.request("ask", "", Ends.SOON).text()).isEqualTo("mine");
        assertThat(ends.connect(new Messages(), server).request("ask", "", Ends.SOON).text()).isEqualTo("shared");
        own.send("drop", "");
        assertThat(own.request("ask", "", Ends.SOON).text()).isEqualTo("shared");
    }

    /** PR-D2, PR-BUG-7: nothing of one connection's is seen by another. */
    @Test
    void aPerConnectionValueIsMadeAnewForEach() throws Exception {
        var made = Key.perConnection("made", ArrayList<String>::new);
        var copied = Key.<List<String>>copied("copied", ArrayList::new);
        var messages = new Messages().set(copied, new ArrayList<>(List.of("prototype"))).on("add", (m, p) -> {
            p.get(made).add(m.text());
            p.get(copied).add(m.text());
            p.send(m.reply("are", p.get(made) + " " + p.get(copied)));
        });
        var server = ends.serve(messages);
        var first = ends.connect(new Messages(), server);
        var second = ends.connect(new Messages(), server);
        assertThat(first.request("add", "a", Ends.SOON).text()).isEqualTo("[a] [prototype, a]");
        assertThat(first.request("add", "b", Ends.SOON).text()).isEqualTo("[a, b] [prototype, a, b]");
        assertThat(second.request("add", "c", Ends.SOON).text()).isEqualTo("[c] [prototype, c]");
        assertThat(messages.find(made)).isEmpty();
        assertThat(messages.find(copied)).isEmpty();
    }

    private record Point(int x, List<String> names) {}

    private enum Colour {
        RED
    }

    static List<Object> immutables() {
        return List.of("text", 1, 1.5, 'c', true, URI.create("a:b"), Duration.ofSeconds(1), Colour.RED, Optional.of("x"), List.of("a", 1),
                Map.of("k", List.of()), new Point(1, List.of("a")), String.class);
    }

    static List<Object> mutables() {
        return List.of(new ArrayList<>(), new int[0], new AtomicInteger(), Collections.unmodifiableList(new ArrayList<>()),
                List.of(new StringBuilder()), new Point(1, new ArrayList<>()), Optional.of(new ArrayList<>()), Map.of("k", new ArrayList<>()));
    }

    @ParameterizedTest
    @MethodSource("immutables")
    void anImmutableValueMayBeSetForEachConnection(Object value) throws Exception {
        var key = Key.perConnection("each");
        var peer = ends.client(new Messages(), new Messages().set(key, value));
        assertThat(peer.get(key)).isSameAs(value);
    }

    @ParameterizedTest
    @MethodSource("mutables")
    void aMutableValueIsNotSharedByAccident(Object value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().set(Key.perConnection("each"), value))
                .withMessageContainingAll("each", value.getClass().getName(), "loader or a copier");
    }

    /** PR-R1, PR-R3, PR-BUG-8. */
    @Test
    void eagerValuesAreLoadedWhenOpenedAndTheOthersAtTheirFirstGet() throws Exception {
        var log = Collections.synchronizedList(new ArrayList<String>());
        var one = Key.shared("one", () -> new Model("one", log));
        var two = Key.shared("two", () -> new Model("two", log));
        var three = Key.perConnection("three", () -> new Model("three", log));
        var four = Key.perConnection("four", () -> new Model("four", log));
        var messages = new Messages().eager(one, three).on("use", (m, p) -> {
            log.add("used " + p.get(one).name + p.get(two).name + p.get(three).name + p.get(four).name);
            p.send(m.reply("done", ""));
        });
        var server = messages.open(ends.builder());
        assertThat(log).containsExactly("load one");
        server.start();
        for (int i = 0; i < 2; i++) {
            try (var peer = new Messages().open(Connection.to(server.address()))) {
                peer.request("use", "", Ends.SOON);
                peer.request("use", "", Ends.SOON);
            }
            Awaitility.await().until(() -> log.contains("close three") && server.connections().isEmpty());
        }
        server.close();
        assertThat(log).containsExactly("load one", "load three", "load two", "load four", "used onetwothreefour", "used onetwothreefour",
                "close four", "close three", "load three", "load four", "used onetwothreefour", "used onetwothreefour", "close four", "close three",
                "close two", "close one");
    }

    /** PR-R4. */
    @Test
    void aLazyValueIsLoadedOnceHoweverManyAskAtOnce() throws Exception {
        var loads = new AtomicInteger();
        var all = new CountDownLatch(20);
        var key = Key.shared("slow", () -> {
            all.await();
            return loads.incrementAndGet();
        });
        var messages = new Messages().on("ask", (m, p) -> {
            all.countDown();
            p.send(m.reply("is", "" + p.get(key)));
        });
        var server = ends.serve(messages);
        var threads = new ArrayList<Thread>();
        var answers = Collections.synchronizedList(new ArrayList<String>());
        for (int i = 0; i < 20; i++) {
            var peer = ends.connect(new Messages(), server);
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    answers.add(peer.request("ask", "", Ends.SOON).text());
                } catch (java.io.IOException e) {
                    answers.add(e.toString());
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(answers).hasSize(20).containsOnly("1");
        assertThat(loads).hasValue(1);
    }

    /** PR-R4, PR-BUG-11. */
    @Test
    void aFailingLoaderFailsTheSameWayEachTimeUntilItsKeyIsRemoved() {
        var tries = new AtomicInteger();
        var key = Key.shared("broken", () -> {
            if (tries.incrementAndGet() == 1) {
                throw new FileNotFoundException("example.pt");
            }
            return "mended";
        });
        var messages = new Messages();
        var first = org.assertj.core.api.Assertions.catchThrowable(() -> messages.get(key));
        assertThat(first).isInstanceOf(LoadException.class).hasMessageContainingAll("broken", "example.pt")
                .hasCauseInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> messages.find(key)).isSameAs(first);
        assertThat(tries).hasValue(1);
        messages.remove(key);
        assertThat(messages.get(key)).isEqualTo("mended");
    }

    @Test
    void aLoaderThatReturnsNothingOrAsksForItselfIsToldSo() {
        assertThatThrownBy(() -> new Messages().get(Key.shared("none", () -> null))).hasMessageContaining("returned null");
        var messages = new Messages();
        var self = new AtomicReference<Key<String>>();
        self.set(Key.shared("self", () -> messages.get(self.get())));
        assertThatThrownBy(() -> messages.get(self.get())).isInstanceOf(LoadException.class).hasMessageContaining("asks for self");
    }

    /** PR-R2: fail fast, or start anyway. */
    @Test
    void anEagerValueThatFailsKeepsTheServerFromOpening() throws Exception {
        var key = Key.shared("broken", () -> {
            throw new FileNotFoundException("example.pt");
        });
        assertThatThrownBy(() -> new Messages().eager(key).open(Server.tcp("localhost", 0))).isInstanceOf(LoadException.class);
        assertThatThrownBy(() -> new Messages().eager(key).open(Connection.to("localhost", 1))).isInstanceOf(LoadException.class);
        var server = ends.serve(new Messages().eager(key).startAnyway().on("ask", (m, p) -> p.get(key)));
        ends.connect(new Messages(), server).send("ask", "");
        assertThat(ends.failure()).isInstanceOf(LoadException.class);
    }

    @Test
    void anEagerPerConnectionValueThatFailsCostsThatConnectionOnly() throws Exception {
        var tries = new AtomicInteger();
        var key = Key.perConnection("some", () -> {
            if (tries.incrementAndGet() == 1) {
                throw new FileNotFoundException("example.pt");
            }
            return "there";
        });
        var server = ends.serve(new Messages().eager(key).on("ask", (m, p) -> p.send(m.reply("is", p.get(key)))));
        ends.connect(new Messages(), server).join();
        assertThat(ends.failure()).isInstanceOf(LoadException.class);
        assertThat(ends.connect(new Messages(), server).request("ask", "", Ends.SOON).text()).isEqualTo("there");
    }

    /** PR-BUG-9. */
    @Test
    void aRemovedValueIsTheCallersToClose() throws Exception {
        var log = new ArrayList<String>();
        var key = Key.shared("model", () -> new Model("model", log));
        var messages = new Messages().eager(key);
        var server = messages.open(ends.builder());
        assertThat(messages.remove(key)).get().extracting(m -> m.name).isEqualTo("model");
        server.close();
        assertThat(log).containsExactly("load model");
    }

    @Test
    void whatWasSetIsNotOursToClose() throws Exception {
        var log = new ArrayList<String>();
        var key = Key.<Model>of("model");
        var messages = new Messages().set(key, new Model("set", log));
        messages.open(ends.builder()).close();
        assertThat(log).containsExactly("load set");
        assertThat(messages.get(key)).isNotNull();
    }

    @Test
    void valuesLiveAsLongAsAnythingOpenedWithThem() throws Exception {
        var log = new ArrayList<String>();
        var key = Key.shared("model", () -> new Model("model", log));
        var messages = new Messages().eager(key);
        var first = messages.open(ends.builder());
        var second = messages.open(ends.builder());
        first.close();
        assertThat(log).containsExactly("load model");
        second.close();
        assertThat(log).containsExactly("load model", "close model");
        messages.open(ends.builder()).close();
        assertThat(log).containsExactly("load model", "close model", "load model", "close model");
    }

    @Test
    void aValueThatCannotBeClosedKeepsNoOtherFromIt() throws Exception {
        var log = new ArrayList<String>();
        var good = Key.shared("good", () -> new Model("good", log));
        var bad = Key.<AutoCloseable>shared("bad", () -> () -> {
            throw new IllegalStateException("no");
        });
        new Messages().eager(good, bad).open(ends.builder()).close();
        assertThat(log).containsExactly("load good", "close good");
    }

    @Test
    void aClientsSharedValuesEndWithIt() throws Exception {
        var log = Collections.synchronizedList(new ArrayList<String>());
        var key = Key.shared("model", () -> new Model("model", log));
        var peer = ends.client(new Messages(), new Messages().eager(key));
        assertThat(peer.get(key).name).isEqualTo("model");
        peer.close();
        peer.join();
        Awaitility.await().untilAsserted(() -> assertThat(log).containsExactly("load model", "close model"));
    }
}
