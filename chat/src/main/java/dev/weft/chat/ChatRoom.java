package dev.weft.chat;

import java.io.EOFException;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Group;
import dev.weft.net.Handler;
import dev.weft.net.TimeSource;

/** The handler of the chat: one conversation a client, and everybody gets what one says (SPEC CH-5). */
final class ChatRoom implements Handler {
    /** A client that is in. */
    private record Client(Address address, Thread thread) {}

    private final ChatWire wire;
    private final TimeSource time;
    private final Supplier<ZoneId> zone;
    private final Group<String> everybody;
    private final Broadcasts broadcasts;
    private final ChatNews news;
    /** By connection id, which is the order of coming. */
    private final ConcurrentSkipListMap<Long, Client> clients = new ConcurrentSkipListMap<>();

    ChatRoom(ChatServer.Options options, ChatNews news) {
        this.news = news;
        wire = options.wire();
        time = options.time();
        zone = options.zone();
        everybody = new Group<>(wire.broadcasts(), options.outbox());
        broadcasts = new Broadcasts(everybody, wire.unit() == ChatWire.Unit.LINE);
    }

    @Override
    public void handle(Connection c) {
        var remote = c.remote();
        everybody.join(c);
        clients.put(c.id(), new Client(remote, Thread.currentThread()));
        news.came(c);
        try {
            converse(c);
        } catch (EOFException e) {
            // It has ended, or the server drains: the usual end.
        } catch (IOException e) {
            if (!c.draining() && c.isOpen()) {
                news.broke(remote, e); // SPEC CH-7: treated as the end
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server has waited long enough
        } finally {
            everybody.leave(c);
            clients.remove(c.id());
            news.went(remote);
        }
    }

    private void converse(Connection c) throws IOException, InterruptedException {
        var texts = c.frames(wire.spoken());
        // An interrupt ends a read that waits; a client that never stops talking never lets one wait.
        while (!Thread.currentThread().isInterrupted()) {
            var text = texts.read();
            if (text.equals("quit")) {
                return;
            }
            broadcasts.send(wire.broadcast(Stamp.of(time.now(), zone.get(), c.remote()), text));
        }
    }

    List<Address> clients() {
        return clients.values().stream().map(Client::address).toList();
    }

    List<Thread> threads() {
        return clients.values().stream().map(Client::thread).toList();
    }
}
