package dev.weft.net.spi;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Locale;

/** What the system says of a failed call, which the C library words for programmers, in words for the person who reads it. */
public final class SocketFailure {
    private SocketFailure() {}

    /**
     * The same failure, told as {@code what}, an address in it, and its reason.
     *
     * @param what begins with "cannot bind", which gives a {@link BindException}, or "cannot connect", a {@link ConnectException}; else it is a
     *     {@link SocketException}
     */
    public static IOException explain(IOException e, String what) {
        var text = String.valueOf(e.getMessage());
        var lower = text.toLowerCase(Locale.ROOT);
        var unix = what.contains(" unix:");
        var sending = what.startsWith("cannot send");
        String why;
        if (sending && lower.contains("too long")) {
            why = "the datagram is too long";
        } else if (sending && lower.contains("permission denied")) {
            why = unix ? "permission denied (on the folder or the socket file)" : "permission denied (a broadcast needs SO_BROADCAST)";
        } else if (lower.contains("address already in use")) {
            why = unix
                    ? "address already in use (the file exists: another server, or a stale socket to be removed)"
                    : "address already in use (another server on this port?)";
        } else if (lower.contains("cannot assign requested address")) {
            why = "no such address on this machine";
        } else if (lower.contains("permission denied")) {
            why = unix ? "permission denied (on the folder or the socket file)" : "permission denied (ports below 1024 need a privilege)";
        } else if (lower.contains("no such file")) {
            why = unix && !what.startsWith("cannot bind") ? "no such socket file" : "no such folder";
        } else if (lower.contains("too long")) {
            why = "the path is too long for a Unix socket (107 bytes on Linux)";
        } else if (lower.contains("reset")) {
            why = "connection reset by the peer";
        } else if (lower.contains("temporarily unavailable")) {
            why = "the server's queue of connections is full";
        } else if (lower.contains("refused")) {
            why = unix ? "nobody listens on this socket file" : "connection refused (no server on this port?)";
        } else {
            why = text;
        }
        var told = what + ": " + why;
        var clear = what.startsWith("cannot bind")
                ? new BindException(told)
                : what.startsWith("cannot connect") ? new ConnectException(told) : new SocketException(told);
        clear.initCause(e);
        return clear;
    }
}
