package dev.weft.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for tests as PEM files, made once per JVM by the JDK's keytool: an authority, an intermediate one, and whom they signed.
 *
 * <p>{@link #chain(String)} and {@link #key(String)} take a name: {@code server} (localhost, 127.0.0.1, ::1; signed by the intermediate),
 * {@code rsa} (the same, with an RSA key), {@code ed25519}, {@code elsewhere} (elsewhere.example), {@code expired}, {@code client},
 * {@code stranger} (signed by nobody). {@link #authority()} is the root of all but the last.
 */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";
    private static final String LOCAL = "SAN=dns:localhost,ip:127.0.0.1,ip:::1";

    private static final class Made {
        static final Path FOLDER = make();
    }

    private TestCertificates() {}

    public static Path authority() {
        return chain("ca");
    }

    public static Path chain(String name) {
        return Made.FOLDER.resolve(name + ".pem");
    }

    public static Path key(String name) {
        return Made.FOLDER.resolve(name + ".key");
    }

    /** A PEM block. */
    public static String pem(String label, byte[] der) {
        var lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private static Path make() {
        try {
            var folder = Files.createTempDirectory("weft-tls");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            var store = folder.resolve("store.p12");
            generate(store, "ca", "EC", "-groupname", "secp256r1", "-ext", "bc:c");
            generate(store, "intermediate", "EC", "-groupname", "secp256r1", "-ext", "bc:c", "-signer", "ca");
            generate(store, "server", "EC", "-groupname", "secp256r1", "-ext", LOCAL, "-signer", "intermediate");
            generate(store, "rsa", "RSA", "-keysize", "2048", "-ext", LOCAL, "-signer", "ca");
            generate(store, "ed25519", "Ed25519", "-ext", LOCAL, "-signer", "ca");
            generate(store, "elsewhere", "EC", "-groupname", "secp256r1", "-ext", "SAN=dns:elsewhere.example", "-signer", "ca");
            generate(store, "expired", "EC", "-groupname", "secp256r1", "-ext", LOCAL, "-signer", "ca", "-startdate", "-10d", "-validity", "5");
            generate(store, "client", "EC", "-groupname", "secp256r1", "-signer", "ca");
            generate(store, "stranger", "EC", "-groupname", "secp256r1");
            export(store, folder);
            return folder;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot make certificates", e);
        }
    }

    private static void generate(Path store, String alias, String algorithm, String... more) throws IOException {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var command = new ArrayList<>(List.of(keytool, "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair",
                "-keystore", store.toString(), "-storepass", PASSWORD, "-alias", alias, "-keyalg", algorithm, "-dname", "CN=" + alias));
        command.addAll(List.of(more));
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

    private static void export(Path store, Path folder) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        for (var aliases = keys.aliases().asIterator(); aliases.hasNext();) {
            var alias = aliases.next();
            var chain = new StringBuilder();
            for (Certificate certificate : keys.getCertificateChain(alias)) {
                chain.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            Key key = keys.getKey(alias, PASSWORD.toCharArray());
            Files.writeString(folder.resolve(alias + ".pem"), chain);
            Files.writeString(folder.resolve(alias + ".key"), pem("PRIVATE KEY", key.getEncoded()));
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // A temporary folder stays behind.
        }
    }
}
