package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.StreamBuilder;
import dev.weft.net.TimeSource;

/** How the connections of a link come about. */
sealed interface ConnectionSource {
    /**
     * What a link says to its source.
     *
     * @param pauses between two attempts to connect; a listener makes none
     * @param limit how long it may take to get a connection; zero for no limit
     * @param time the clock of the link
     * @param alsoTheirs whether it is the clock of its connections, too
     */
    record Terms(Backoff pauses, Duration limit, TimeSource time, boolean alsoTheirs) {}

    /** The first half of the name that pysocklib has for such a link. */
    String role();

    /** Where, as it was asked for. */
    Address address();

    /** Binds, if there is something to bind. */
    Connector open(Terms terms) throws IOException;

    /** The other end connects to this one. */
    record Listening(StreamBuilder where) implements ConnectionSource {
        @Override
        public String role() {
            return "Server";
        }

        @Override
        public Address address() {
            return where.address();
        }

        @Override
        public Connector open(Terms terms) throws IOException {
            return new LinkListener((terms.alsoTheirs() ? where.time(terms.time()) : where).listen(), terms.time());
        }
    }

    /** This end connects to the other. */
    record Dialing(ConnectionBuilder where) implements ConnectionSource {
        @Override
        public String role() {
            return "Client";
        }

        @Override
        public Address address() {
            return where.address();
        }

        @Override
        public Connector open(Terms terms) {
            return new LinkDialer(terms.alsoTheirs() ? where.time(terms.time()) : where, terms);
        }
    }
}
