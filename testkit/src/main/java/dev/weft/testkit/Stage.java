package dev.weft.testkit;

import java.io.IOException;
import java.net.StandardSocketOptions;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/** What a proof about streams needs: servers and clients on the transport under test. */
final class Stage extends Scene {
    /** More than these and a transport's own buffers cannot be under way unread. */
    static final int MORE_THAN_BUFFERS = 2 << 20;

    private static final int SMALL = 64 * 1024;
    private static final int LARGE = 4 << 20;

    private final StreamSubject subject;

    Stage(StreamSubject subject, Concurrency concurrency) {
        super(concurrency);
        this.subject = subject;
    }

    StreamSubject subject() {
        return subject;
    }

    /** A server at a fresh address. */
    StreamBuilder builder() {
        return subject.server().apply(Server.at(subject.addresses().get())).transport(subject.transport()).concurrency(concurrency())
                .observer(witness());
    }

    /** As builder, with small kernel buffers where there are any: a blocked write costs the less. */
    StreamBuilder tight() {
        var builder = builder();
        return kernel() ? builder.option(StandardSocketOptions.SO_SNDBUF, SMALL).option(StandardSocketOptions.SO_RCVBUF, SMALL) : builder;
    }

    /** A client of a tight server. */
    Connection connectTight(Server server) throws IOException {
        var dial = dial(server);
        return keep((kernel() ? dial.option(StandardSocketOptions.SO_SNDBUF, SMALL).option(StandardSocketOptions.SO_RCVBUF, SMALL) : dial).open());
    }

    /** As builder, with a large buffer for what is sent where there is one: the system tells late that there is room. */
    StreamBuilder roomy() {
        var builder = builder();
        return kernel() ? builder.option(StandardSocketOptions.SO_SNDBUF, LARGE) : builder;
    }

    /** A client whose kernel keeps little for it, so that what it does not read stays with the server. */
    Connection connectReadingLittle(Server server) throws IOException {
        var dial = dial(server);
        return keep((kernel() ? dial.option(StandardSocketOptions.SO_RCVBUF, SMALL) : dial).open());
    }

    private boolean kernel() {
        return subject.addresses().get().kind() != Address.Kind.MEMORY;
    }

    /** A server of this builder, wherever its handlers run. */
    Server open(StreamBuilder builder, Portable.Streams handler) throws IOException {
        return keep(concurrency() instanceof Concurrency.Processes workers
                ? builder.concurrency(Portable.packed(handler, workers)).open(Portable.StreamsThere.class)
                : builder.open(handler));
    }

    Server open(Portable.Streams handler) throws IOException {
        return open(builder(), handler);
    }

    Server serve(Portable.Streams handler) throws IOException {
        return open(handler).start();
    }

    Server serve(Class<? extends Handler> handler) throws IOException {
        return keep(builder().open(handler)).start();
    }

    ConnectionBuilder dial(Server server) {
        return subject.client().apply(Connection.to(server.address())).transport(subject.transport());
    }

    Connection connect(Server server) throws IOException {
        return keep(dial(server).open());
    }
}
