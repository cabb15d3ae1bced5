package dev.weft.queue;

import java.io.IOException;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;

/** How the connections of a link come about. */
sealed interface ConnectionSource {
    /** The first half of the name that pysocklib has for such a link. */
    String role();

    /** Where, as it was asked for. */
    Address address();

    /** Binds, if there is something to bind. */
    Connector open(Dialing.Terms terms) throws IOException;

    /** The other end comes to us. */
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
        public Connector open(Dialing.Terms terms) throws IOException {
            return new LinkListener(where.listen());
        }
    }

    /** We go to the other end. */
    record Dialing(ConnectionBuilder where) implements ConnectionSource {
        /** How long to try, which a listener does not. */
        record Terms(dev.weft.net.Backoff pauses, java.time.Duration limit) {}

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
            return new LinkDialer(where, terms);
        }
    }
}
