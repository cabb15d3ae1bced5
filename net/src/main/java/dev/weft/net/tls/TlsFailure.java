package dev.weft.net.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import dev.weft.net.Address;

/** What the TLS engine complains of, in words for the person who reads the log. */
final class TlsFailure {
    private TlsFailure() {}

    /** The same kind of failure, which names the peer; {@code received} is what came and was not understood. */
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
        var text = String.valueOf(e.getMessage());
        if (text.contains("plaintext connection?") && received.length > 0) {
            return "the peer does not speak TLS; it sent \"" + printable(received) + "\"";
        }
        if (text.contains("Empty client certificate chain")) {
            return "the client showed no certificate, and one is required";
        }
        return text.replaceFirst("^(\\(\\w+\\) )?Received fatal alert: ", "the peer refused, with alert ");
    }

    private static String printable(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
    }
}
