package dev.weft.net.serve;

import java.time.Duration;
import javax.net.ssl.SSLSession;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What a flight recording shows of servers.
 *
 * <p>The first touch of an event class starts the recorder's type system, some 0.2 s of CPU; so none is touched before a recording runs.
 */
@SuppressWarnings("UnusedVariable") // the recording reads the fields
public final class Events {
    private Events() {}

    @Category("Weft")
    @StackTrace(false)
    private abstract static class Net extends Event {
        @Label("Server")
        String server = "";
        @Label("Remote Address")
        String remote = "";
    }

    @Name("dev.weft.Accepted")
    @Label("Connection Accepted")
    private static final class Accepted extends Net {
        @Label("Connection")
        long connection;
    }

    @Name("dev.weft.Rejected")
    @Label("Connection Rejected")
    private static final class Rejected extends Net {
        @Label("Reason")
        String reason = "";
    }

    @Name("dev.weft.Handshake")
    @Label("TLS Handshake")
    private static final class Handshake extends Net {
        @Label("Connection")
        long connection;
        @Label("Protocol")
        String protocol = "";
        @Label("Cipher Suite")
        String cipherSuite = "";
        @Label("Took")
        @Timespan(Timespan.NANOSECONDS)
        long took;
    }

    @Name("dev.weft.Closed")
    @Label("Connection Closed")
    private static final class Closed extends Net {
        @Label("Connection")
        long connection;
        @Label("Age")
        @Timespan(Timespan.NANOSECONDS)
        long age;
        @Label("Bytes In")
        @DataAmount
        long bytesIn;
        @Label("Bytes Out")
        @DataAmount
        long bytesOut;
    }

    @Name("dev.weft.HandlerFailed")
    @Label("Handler Failed")
    private static final class HandlerFailed extends Net {
        @Label("Failure")
        String failure = "";
    }

    @Name("dev.weft.Drained")
    @Label("Server Drained")
    private static final class Drained extends Net {
        @Label("Took")
        @Timespan(Timespan.NANOSECONDS)
        long took;
        @Label("Finished")
        int finished;
        @Label("Interrupted")
        int interrupted;
        @Label("Aborted")
        int aborted;
    }

    /** A connection was accepted. */
    public static void accepted(String server, long connection, Address remote) {
        if (FlightRecorder.isInitialized()) {
            var event = new Accepted();
            event.server = server;
            event.remote = remote.toString();
            event.connection = connection;
            event.commit();
        }
    }

    /** A connection was refused. */
    public static void rejected(String server, Address remote, String reason) {
        if (FlightRecorder.isInitialized()) {
            var event = new Rejected();
            event.server = server;
            event.remote = remote.toString();
            event.reason = reason;
            event.commit();
        }
    }

    /** TLS is on. */
    public static void handshake(long connection, Address remote, SSLSession session, Duration took) {
        if (FlightRecorder.isInitialized()) {
            var event = new Handshake();
            event.remote = remote.toString();
            event.connection = connection;
            event.protocol = session.getProtocol();
            event.cipherSuite = session.getCipherSuite();
            event.took = took.toNanos();
            event.commit();
        }
    }

    /** A connection has ended. */
    public static void closed(String server, long connection, Address remote, Duration age, long bytesIn, long bytesOut) {
        if (FlightRecorder.isInitialized()) {
            var event = new Closed();
            event.server = server;
            event.remote = remote.toString();
            event.connection = connection;
            event.age = age.toNanos();
            event.bytesIn = bytesIn;
            event.bytesOut = bytesOut;
            event.commit();
        }
    }

    /** A request has failed. */
    public static void failed(String server, Address remote, Throwable failure) {
        if (FlightRecorder.isInitialized()) {
            var event = new HandlerFailed();
            event.server = server;
            event.remote = remote.toString();
            event.failure = failure.toString();
            event.commit();
        }
    }

    /** A server has drained. */
    public static void drained(String server, DrainReport report) {
        if (FlightRecorder.isInitialized()) {
            var event = new Drained();
            event.server = server;
            event.took = report.took().toNanos();
            event.finished = report.finished();
            event.interrupted = report.interrupted();
            event.aborted = report.aborted();
            event.commit();
        }
    }
}
