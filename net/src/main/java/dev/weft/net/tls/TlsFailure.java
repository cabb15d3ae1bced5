package dev.weft.net.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import dev.weft.net.Address;

/** Failures of the TLS engine, in words for the person who reads the log. */
final class TlsFailure {
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;
    private static final int MAJOR_VERSION = 3;

    private TlsFailure() {}

    /** Returns a failure of the same kind that names the peer; {@code received} is what came and was not understood. */
    static SSLException explain(SSLException e, Address peer, byte[] received) {
        var text = "TLS with " + peer + " failed: " + reason(e, received);
        return e instanceof SSLHandshakeException ? new SSLHandshakeException(text, e) : new SSLException(text, e);
    }

    private static String reason(SSLException e, byte[] received) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            switch (t) {
                case CertPathBuilderException _ -> {
                    return "the peer's certificate is not from an authority that is trusted here";
                }
                case CertificateExpiredException expired -> {
                    return "the peer's certificate has expired (" + expired.getMessage() + ")";
                }
                default -> {}
            }
        }
        if (received.length > 0 && !isRecord(received)) {
            return "the peer does not speak TLS; it sent \"" + printable(received) + "\"";
        }
        // The JDK has no types for these.
        var text = String.valueOf(e.getMessage());
        if (text.contains("Empty client certificate chain")) {
            return "the client showed no certificate, and one is required";
        }
        return text.replaceFirst("^(\\(\\w+\\) )?Received fatal alert: ", "the peer refused, with alert ");
    }

    /** Whether these bytes may begin a record: its type, then the major version (RFC 8446, 5.1). */
    private static boolean isRecord(byte[] bytes) {
        return bytes[0] >= CHANGE_CIPHER_SPEC && bytes[0] <= APPLICATION_DATA && (bytes.length == 1 || bytes[1] == MAJOR_VERSION);
    }

    private static String printable(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
    }
}
