package dev.weft.net;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import dev.weft.net.tls.Pem;
import org.jspecify.annotations.Nullable;

/**
 * TLS for one side of a connection, from PEM files: its certificate, the trusted ones, the protocols.
 *
 * <p>TLS 1.3 and 1.2 and nothing older; the JDK chooses the cipher suites. Immutable, safe for any thread. Reuse one value: only its own
 * sessions are resumed. Files are read once, when the server opens or the first connection is made; that is where a bad one is an
 * {@link IOException} which names it. For a renewed certificate make a new value. Keys are unencrypted: RSA, EC or Ed25519, as PKCS#8, PKCS#1
 * or SEC1.
 *
 * {@snippet :
 * var server = Tls.server(Path.of("server.pem"), Path.of("server.key")).requireClients(Path.of("devices-ca.pem"));
 * var client = Tls.client().trust(Path.of("ca.pem")).identity(Path.of("device.pem"), Path.of("device.key"));
 * }
 *
 * <p>A client always checks that the server's certificate is for the host that it connected to (RFC 9525), a number included. In TLS 1.3
 * either side may end its output and go on reading; in TLS 1.2 the end of one direction ends both (RFC 5246, 7.2.1).
 */
public final class Tls {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private enum Side {
        SERVER, CLIENT, EITHER
    }

    private final Side side;
    private final Credentials credentials;
    private final boolean clientsRequired;
    private final String host;
    private final List<String> alpn;
    private final List<String> protocols;

    private Tls(Side side, Credentials credentials, boolean clientsRequired, String host, List<String> alpn, List<String> protocols) {
        this.side = side;
        this.credentials = credentials;
        this.clientsRequired = clientsRequired;
        this.host = host;
        this.alpn = alpn;
        this.protocols = protocols;
    }

    private Tls(Side side, Credentials credentials) {
        this(side, credentials, false, "", List.of(), PROTOCOLS);
    }

    /**
     * For a server with this certificate.
     *
     * @param chain its certificate, then that certificate's issuers in order, the root not needed
     * @param key its private key; may be the same file
     */
    public static Tls server(Path chain, Path key) {
        return new Tls(Side.SERVER, new Credentials(new Identity(chain, key), null, null));
    }

    /**
     * For a client that trusts the authorities of the JDK: its {@code cacerts}, or what {@code javax.net.ssl.trustStore} names.
     */
    public static Tls client() {
        return new Tls(Side.CLIENT, new Credentials(null, null, null));
    }

    /**
     * For either side, with keys and authorities from a context of yours: hardware keys, revocation, several certificates.
     *
     * <p>The host name is checked here too, unless the context's own X509ExtendedTrustManager leaves that out.
     */
    public static Tls of(SSLContext context) {
        return new Tls(Side.EITHER, new Credentials(null, null, context));
    }

    /**
     * Trusts the certificates in this file and no others; on a server it has an effect only with {@link #requireClients()}.
     *
     * @throws IllegalStateException when made by {@link #of}
     */
    public Tls trust(Path authorities) {
        return with(credentials.ownFiles().trust(authorities));
    }

    /**
     * Server: refuses a client that has no certificate from these authorities.
     *
     * @throws IllegalStateException when made by {@link #client} or {@link #of}
     */
    public Tls requireClients(Path authorities) {
        return requireClients().trust(authorities);
    }

    /**
     * Server: refuses a client that has no certificate which is trusted here.
     *
     * @throws IllegalStateException when made by {@link #client}
     */
    public Tls requireClients() {
        if (side == Side.CLIENT) {
            throw new IllegalStateException("a client can't require clients; it trusts servers: Tls.client().trust(authorities)");
        }
        return new Tls(side, credentials, true, host, alpn, protocols);
    }

    /**
     * Client: shows this certificate to a server that asks for one.
     *
     * @param chain our certificate, then its issuers in order
     * @param key our private key; may be the same file
     * @throws IllegalStateException when made by {@link #of}
     */
    public Tls identity(Path chain, Path key) {
        return with(credentials.ownFiles().identity(new Identity(chain, key)));
    }

    /**
     * Client: the name that the server's certificate must carry, and which is asked for (SNI); default the host connected to. Over a Unix
     * or in-memory socket there is no default.
     */
    public Tls host(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("empty host name; the check of the server's name can't be switched off");
        }
        return new Tls(side, credentials, clientsRequired, name, alpn, protocols);
    }

    /**
     * The application protocols spoken here, best first (RFC 7301), such as {@code "h2", "http/1.1"}; default none. When both sides name
     * some and none is common, the handshake fails.
     */
    public Tls alpn(String... names) {
        return new Tls(side, credentials, clientsRequired, host, List.of(names), protocols);
    }

    /**
     * The versions spoken here, {@code "TLSv1.3"}, {@code "TLSv1.2"} or both; default both.
     *
     * @throws IllegalArgumentException when there is none, or another
     */
    public Tls protocols(String... names) {
        var chosen = List.of(names);
        if (chosen.isEmpty() || !PROTOCOLS.containsAll(chosen)) {
            throw new IllegalArgumentException("of TLS there are " + PROTOCOLS + " here, not " + chosen);
        }
        return new Tls(side, credentials, clientsRequired, host, alpn, chosen);
    }

    /**
     * For libraries that make their engines themselves: keys and authorities, read now if they have not been. What else is set here is for them to
     * apply: {@link #protocols()}, {@link #requiresClients}, {@link #host()}, and that a client checks the server's name.
     *
     * @param client which side it is for
     * @throws IOException when a file can't be used; the message names it and says why
     * @throws IllegalStateException when this is for the other side
     */
    public SSLContext context(boolean client) throws IOException {
        checkSide(client);
        return credentials.context();
    }

    /** The versions spoken here. */
    public List<String> protocols() {
        return protocols;
    }

    /** Whether a server refuses clients without a certificate. */
    public boolean requiresClients() {
        return clientsRequired;
    }

    /** The name that {@link #host(String)} says the server's certificate must carry. */
    public Optional<String> host() {
        return host.isEmpty() ? Optional.empty() : Optional.of(host);
    }

    private Tls with(Credentials other) {
        return new Tls(side, other, clientsRequired, host, alpn, protocols);
    }

    /**
     * Reads the files now: what a server does when it opens.
     *
     * @throws IOException when one can't be used; the message names it and says why
     * @throws IllegalStateException when this is for clients
     */
    void check() throws IOException {
        var _ = context(false);
    }

    /**
     * The engine of one connection.
     *
     * @param peerHost the host that a client connects to; empty when there is none
     * @throws IOException as in {@link #check}
     * @throws IllegalStateException when this is for the other side, or no host to expect was given
     */
    SSLEngine engine(boolean client, String peerHost, int peerPort) throws IOException {
        checkSide(client);
        var engine = client ? clientEngine(peerHost, peerPort) : credentials.context().createSSLEngine();
        engine.setUseClientMode(client);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(protocols.toArray(String[]::new));
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        parameters.setNeedClientAuth(!client && clientsRequired);
        if (client) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private SSLEngine clientEngine(String peerHost, int peerPort) throws IOException {
        var expected = host.isEmpty() ? certifiable(peerHost) : certifiable(host);
        if (expected.isEmpty()) {
            throw new IllegalStateException("no host name to check the server's certificate against; say which with Tls.host(name)");
        }
        return credentials.context().createSSLEngine(expected, peerPort);
    }

    private void checkSide(boolean client) {
        if (side == Side.CLIENT && !client) {
            throw new IllegalStateException("Tls.client() is for connections that are made; a server needs Tls.server(chain, key)");
        }
        if (side == Side.SERVER && client) {
            throw new IllegalStateException("Tls.server(chain, key) is for servers; a connection that is made needs Tls.client()");
        }
    }

    /** The host as certificates write it: without an IPv6 scope, or the dot that ends a full name. */
    private static String certifiable(String host) {
        var percent = host.indexOf('%');
        var name = percent < 0 ? host : host.substring(0, percent);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private record Identity(Path chain, Path key) {}

    /** Where keys and authorities come from, and the one context made of them, which holds the sessions that can be resumed. */
    private static final class Credentials {
        private final @Nullable Identity identity;
        private final @Nullable Path authorities;
        private final boolean given;
        private volatile @Nullable SSLContext context;

        Credentials(@Nullable Identity identity, @Nullable Path authorities, @Nullable SSLContext context) {
            this.identity = identity;
            this.authorities = authorities;
            this.given = context != null;
            this.context = context;
        }

        Credentials ownFiles() {
            if (given) {
                throw new IllegalStateException("Tls.of(context) has its keys and authorities from the context; put these in there");
            }
            return this;
        }

        Credentials trust(Path file) {
            return new Credentials(identity, file, null);
        }

        Credentials identity(Identity other) {
            return new Credentials(other, authorities, null);
        }

        SSLContext context() throws IOException {
            var known = context;
            return known != null ? known : build();
        }

        private synchronized SSLContext build() throws IOException {
            var known = context;
            if (known != null) {
                return known;
            }
            try {
                var made = SSLContext.getInstance("TLS");
                made.init(keys(), authorities(), null);
                context = made;
                return made;
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot set up TLS with " + describe() + ": " + e.getMessage(), e);
            }
        }

        private KeyManager @Nullable [] keys() throws IOException, GeneralSecurityException {
            if (identity == null) {
                return null;
            }
            var chain = Pem.chain(identity.chain());
            var key = Pem.privateKey(identity.key());
            if (!Pem.matches(key, chain.getFirst().getPublicKey())) {
                throw new IOException("the private key " + identity.key() + " does not belong to the certificate " + identity.chain() + " ("
                        + chain.getFirst().getSubjectX500Principal() + ")");
            }
            // The password guards nothing: the store never leaves memory.
            var password = "memory".toCharArray();
            var store = emptyStore();
            store.setKeyEntry("identity", key, password, chain.toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        }

        private TrustManager @Nullable [] authorities() throws IOException, GeneralSecurityException {
            if (authorities == null) {
                return null;
            }
            var store = emptyStore();
            var certificates = Pem.certificates(authorities);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("authority-" + i, certificates.get(i));
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        }

        private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        }

        private String describe() {
            return (identity == null ? "no certificate" : identity.chain()) + " and "
                    + (authorities == null ? "the authorities of the JDK" : authorities);
        }
    }
}
