package dev.weft.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for tests of TLS, as PEM files in a temporary folder: an authority, a server, and as many clients as asked for by name.
 *
 * {@snippet :
 * Server.tcp("localhost", 0).tls(Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()));
 * Connection.to("localhost", port).tls(Tls.client().trust(TestCertificates.authority()));
 * }
 *
 * <p>Each is made when first asked for, once per JVM, by the keytool of the running JDK, in about a second; the folder goes when the JVM
 * does. The keys are on the curve secp256r1 and worth nothing. Without a keytool in {@code java.home} there is an
 * {@link IllegalStateException}. For any number of threads.
 */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";
    private static final String AUTHORITY = "authority";
    private static final String SERVER = "server";
    private static final String STRANGER = "stranger";

    /** The folder, and in it the key store in which keytool collects everybody. */
    private static final class Folder {
        static final Path PATH = create();

        private static Path create() {
            try {
                var folder = Files.createTempDirectory("weft-certificates");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "remove-test-certificates"));
                make(folder, AUTHORITY, "-ext", "bc:c");
                return folder;
            } catch (IOException e) {
                throw new IllegalStateException("cannot make a folder for test certificates", e);
            }
        }
    }

    private static final ConcurrentHashMap<String, Path> MADE = new ConcurrentHashMap<>();

    private TestCertificates() {}

    /** The authority that signed all but the stranger: what both sides trust. */
    public static Path authority() {
        return Folder.PATH.resolve(AUTHORITY + ".pem");
    }

    /** The certificate, and its authority's, of a server called localhost, 127.0.0.1 and ::1. */
    public static Path serverChain() {
        return made(SERVER, "-signer", AUTHORITY, "-ext", "SAN=dns:localhost,ip:127.0.0.1,ip:::1");
    }

    /** That server's key. */
    public static Path serverKey() {
        return keyBeside(serverChain());
    }

    /**
     * The certificate, and its authority's, of a client of this name, which is its common name (CN).
     *
     * @throws IllegalArgumentException when the name is not made of letters, digits and hyphens
     */
    public static Path clientChain(String name) {
        if (!name.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException("a client's name has letters, digits and hyphens, not '" + name + "'");
        }
        return made("client-" + name, "-signer", AUTHORITY, "-dname", "CN=" + name);
    }

    /** That client's key. */
    public static Path clientKey(String name) {
        return keyBeside(clientChain(name));
    }

    /** The certificate of somebody whom no authority knows: signed by itself, for the same host names as the server's. */
    public static Path strangerChain() {
        return made(STRANGER, "-ext", "SAN=dns:localhost,ip:127.0.0.1,ip:::1");
    }

    /** The stranger's key. */
    public static Path strangerKey() {
        return keyBeside(strangerChain());
    }

    private static Path keyBeside(Path chain) {
        var name = chain.getFileName().toString();
        return chain.resolveSibling(name.substring(0, name.length() - ".pem".length()) + ".key");
    }

    private static Path made(String name, String... options) {
        return MADE.computeIfAbsent(name, n -> make(Folder.PATH, n, options));
    }

    /** One at a time, for they share the key store; returns the chain, and leaves the key beside it. */
    private static synchronized Path make(Path folder, String name, String... options) {
        var store = folder.resolve("keys.p12");
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-keystore", store.toString(), "-storepass", PASSWORD,
                "-alias", name, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
        if (!List.of(options).contains("-dname")) {
            command.addAll(List.of("-dname", "CN=" + name));
        }
        command.addAll(List.of(options));
        try {
            run(command);
            return export(store, name, folder);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot make the test certificate of " + name, e);
        }
    }

    private static void run(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
    }

    private static Path export(Path store, String name, Path folder) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        var chain = new StringBuilder();
        for (var certificate : keys.getCertificateChain(name)) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        return Files.writeString(folder.resolve(name + ".pem"), chain);
    }

    /** RFC 7468: 64 characters a line. */
    private static String pem(String label, byte[] der) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // A temporary folder stays behind.
        }
    }
}
