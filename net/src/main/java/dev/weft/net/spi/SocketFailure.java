package dev.weft.net.spi;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;

import dev.weft.net.Address;

/** Words failures of system calls for users: what failed, at which address, why, and what to check. */
public final class SocketFailure {
    private enum Call {
        BIND, CONNECT, SEND
    }

    private SocketFailure() {}

    /** The failure to bind an address. */
    public static BindException cannotBind(Address address, SocketError error, IOException cause) {
        return with(cause, new BindException("cannot bind " + address + ": " + reason(Call.BIND, address, error, cause)));
    }

    /** The failure to connect. */
    public static ConnectException cannotConnect(Address remote, SocketError error, IOException cause) {
        return with(cause, new ConnectException("cannot connect to " + remote + ": " + reason(Call.CONNECT, remote, error, cause)));
    }

    /** The failure to send a datagram. */
    public static SocketException cannotSend(Address receiver, SocketError error, IOException cause) {
        return with(cause, new SocketException("cannot send to " + receiver + ": " + reason(Call.SEND, receiver, error, cause)));
    }

    private static <E extends IOException> E with(IOException cause, E failure) {
        failure.initCause(cause);
        return failure;
    }

    private static String reason(Call call, Address address, SocketError error, IOException cause) {
        var unix = address.kind() == Address.Kind.UNIX;
        return switch (error) {
            case ADDRESS_IN_USE -> switch (address.kind()) {
                case UNIX -> "address already in use (the file exists: another server, or a stale socket to be removed)";
                case UNIX_ABSTRACT, MEMORY -> "address already in use (another server of that name)";
                case INET -> "address already in use (another server on this port?)";
            };
            case NO_SUCH_ADDRESS -> "no such address on this machine";
            case PERMISSION_DENIED -> {
                if (unix) {
                    yield "permission denied (on the folder or the socket file)";
                }
                yield call == Call.SEND
                        ? "permission denied (a broadcast needs SO_BROADCAST)"
                        : "permission denied (ports below 1024 need a privilege)";
            }
            case NO_SUCH_FILE -> unix && call != Call.BIND ? "no such socket file" : "no such folder";
            case TOO_LONG -> call == Call.SEND ? "the datagram is too long" : "the path is too long for a Unix socket (107 bytes on Linux)";
            case RESET -> "connection reset by the peer";
            case QUEUE_FULL -> "the server's queue of connections is full";
            case REFUSED -> switch (address.kind()) {
                case UNIX -> "nobody listens on this socket file";
                case UNIX_ABSTRACT, MEMORY -> "nobody listens at this name";
                case INET -> "connection refused (no server on this port?)";
            };
            case OTHER -> String.valueOf(cause.getMessage());
        };
    }
}
