package dev.weft.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

import dev.weft.net.support.SafeText;
import io.netty.buffer.ByteBuf;

/** The first bytes of a connection, and which protocol they are of. */
final class FirstBytes {
    /** What a connection begins with. */
    enum Protocol {
        /** Too little has come to tell. */
        UNCERTAIN, TLS, HTTP2, HTTP1, OTHER
    }

    private static final byte[] HTTP2_PREFACE = "PRI * HTTP/2.0".getBytes(US_ASCII);
    private static final int ENOUGH = 24;
    /** Types of TLS records: change_cipher_spec to application_data (RFC 8446, 5.1). */
    private static final int FIRST_TYPE = 20;
    private static final int ALERT = 21;
    private static final int LAST_TYPE = 23;

    private final byte[] bytes = new byte[ENOUGH];
    private int length;

    /** Looks at what has come; it is not taken away. */
    void add(ByteBuf more) {
        var taken = Math.min(more.readableBytes(), ENOUGH - length);
        more.getBytes(more.readerIndex(), bytes, length, taken);
        length += taken;
    }

    Protocol protocol() {
        if (length < 3) {
            return Protocol.UNCERTAIN;
        }
        if (bytes[0] >= FIRST_TYPE && bytes[0] <= LAST_TYPE && bytes[1] == 3) {
            return Protocol.TLS;
        }
        var compared = Math.min(length, HTTP2_PREFACE.length);
        if (Arrays.equals(bytes, 0, compared, HTTP2_PREFACE, 0, compared)) {
            return length < HTTP2_PREFACE.length ? Protocol.UNCERTAIN : Protocol.HTTP2;
        }
        return isHttp1() ? Protocol.HTTP1 : Protocol.OTHER;
    }

    /** A server that speaks TLS answers with an alert what it does not understand. */
    boolean isAlert() {
        return protocol() == Protocol.TLS && bytes[0] == ALERT;
    }

    private boolean isHttp1() {
        var text = text();
        return text.startsWith("HTTP/") || text.matches("(?s)(GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE) .*");
    }

    private String text() {
        return new String(bytes, 0, length, US_ASCII);
    }

    /** In words, with a little of it. */
    String described() {
        return switch (protocol()) {
            case TLS -> "TLS";
            case HTTP2 -> "HTTP/2 without TLS";
            case HTTP1 -> "HTTP/1 ('" + SafeText.oneLine(text().lines().findFirst().orElse("")) + "')";
            default -> "something else ('" + SafeText.oneLine(text()) + "')";
        };
    }
}
