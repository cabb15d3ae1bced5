package dev.weft.net.nio;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.SocketError;

/**
 * What java.nio's exceptions mean. The JDK keeps no error numbers: it throws one class for many errors, with the text of strerror(3), so this
 * is the one place that tells errors apart by their texts. A text that is not known here, in another language for instance, is only passed on.
 */
final class NioErrors {
    private record Text(String words, SocketError error) {}

    private static final List<Text> TEXTS = List.of(
            new Text("address already in use", SocketError.ADDRESS_IN_USE),
            new Text("cannot assign requested address", SocketError.NO_SUCH_ADDRESS),
            new Text("can't assign requested address", SocketError.NO_SUCH_ADDRESS), // macOS
            new Text("permission denied", SocketError.PERMISSION_DENIED),
            new Text("no such file or directory", SocketError.NO_SUCH_FILE),
            new Text("path too long", SocketError.TOO_LONG), // the JDK's own
            new Text("file name too long", SocketError.TOO_LONG),
            new Text("message too long", SocketError.TOO_LONG),
            new Text("connection reset", SocketError.RESET),
            new Text("resource temporarily unavailable", SocketError.QUEUE_FULL),
            new Text("connection refused", SocketError.REFUSED));

    private static final List<String> EXHAUSTED = List.of(
            "too many open files", // EMFILE, ENFILE
            "no buffer space available", // ENOBUFS
            "cannot allocate memory"); // ENOMEM

    /** What accept(2) passes on of a connection that was lost before it was accepted: its ERRORS, "Error handling". */
    private static final List<String> LOST = List.of(
            "software caused connection abort", // ECONNABORTED
            "connection reset", // ECONNRESET
            "protocol error", // EPROTO
            "protocol not available", // ENOPROTOOPT
            "protocol not supported", // EPROTONOSUPPORT
            "operation not supported", // EOPNOTSUPP
            "operation not permitted", // EPERM: a firewall
            "network is down", // ENETDOWN
            "network is unreachable", // ENETUNREACH
            "host is down", // EHOSTDOWN
            "no route to host", // EHOSTUNREACH
            "connection timed out"); // ETIMEDOUT

    private NioErrors() {}

    /** Why a bind or a connect failed. */
    static SocketError of(IOException failure) {
        var text = text(failure);
        return TEXTS.stream().filter(known -> text.contains(known.words)).map(Text::error).findFirst().orElse(SocketError.OTHER);
    }

    /** Why accept(2) failed on a listener that is open. */
    static AcceptFailure ofAccept(IOException failure) {
        var text = text(failure);
        if (EXHAUSTED.stream().anyMatch(text::contains)) {
            return AcceptFailure.EXHAUSTED;
        }
        return LOST.stream().anyMatch(text::contains) ? AcceptFailure.CONNECTION : AcceptFailure.OTHER;
    }

    private static String text(IOException failure) {
        return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    }
}
