package dev.weft.rpc;

import java.nio.channels.ClosedChannelException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

import io.netty.handler.ssl.NotSslRecordException;
import org.jspecify.annotations.Nullable;

/** What the transport says of failures, in words for people: without the names of its own parts. */
final class Wording {
    private static final Pattern PARTS = Pattern.compile("\\s*Channel Pipeline: \\[[^]]*]");
    private static final Pattern NEGOTIATION = Pattern.compile("Connection clos(?:ed|ing) while performing protocol negotiation for \\[[^]]*]");

    private Wording() {}

    /** What a status says, never null. */
    static String text(io.grpc.Status status) {
        var told = status.getDescription() == null ? "" : status.getDescription();
        if (status.getCause() == null && !told.contains("[") && !told.startsWith("Network closed")) {
            return told; // mostly the server's own words
        }
        var text = NEGOTIATION.matcher(PARTS.matcher(told).replaceAll("")).replaceAll("the connection was closed before TLS was agreed on").strip();
        var cause = status.getCause();
        return switch (text) {
            case "io exception", "http2 exception", "" -> cause == null ? text : reason(cause);
            case "Network closed for unknown reason" -> "the connection was closed by the server or on the way, which gave no reason";
            default -> text;
        };
    }

    /** Why a connection or a handshake failed. */
    static String reason(@Nullable Throwable cause) {
        var said = cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
        return switch (cause) {
            case ClosedChannelException _ -> "the connection was closed";
            case NotSslRecordException _ -> "not TLS, but something else";
            case SSLException _ -> said.startsWith("TLS") ? said : "TLS failed: " + said;
            case null, default -> said;
        };
    }
}
