package dev.weft.net.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM files (RFC 7468): text around the blocks is skipped, and both kinds may share a file.
 *
 * <p>The JDK reads keys as PKCS#8 only, so the older PKCS#1 (RFC 8017, A.1.2) and SEC1 (RFC 5915) forms are wrapped into it. Its own PEM
 * decoder is a preview in JDK 25 (JEP 470).
 */
public final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private static final byte SEQUENCE = 0x30;
    private static final byte OCTET_STRING = 0x04;
    /** ECPrivateKey's {@code [0] parameters}. */
    private static final byte CURVE = (byte) 0xA0;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    /** rsaEncryption, 1.2.840.113549.1.1.1, and its NULL parameters. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    /** id-ecPublicKey, 1.2.840.10045.2.1; the curve follows. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private record Block(String label, String body) {}

    private Pem() {}

    /**
     * All certificates of a file, in its order.
     *
     * @throws IOException when it can't be read, or has none
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        var found = new ArrayList<X509Certificate>();
        for (var block : blocks(file, "certificate")) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                found.add(certificate(file, decode(file, block)));
            }
        }
        if (found.isEmpty()) {
            throw new IOException("no certificate in " + file + ": it has no block BEGIN CERTIFICATE");
        }
        return List.copyOf(found);
    }

    /**
     * A certificate, followed by its issuers in order.
     *
     * @throws IOException as in {@link #certificates}, or when they are in another order
     */
    public static List<X509Certificate> chain(Path file) throws IOException {
        var chain = certificates(file);
        for (int i = 1; i < chain.size(); i++) {
            var subject = chain.get(i - 1);
            var issuer = chain.get(i).getSubjectX500Principal();
            if (!subject.getIssuerX500Principal().equals(issuer)) {
                throw new IOException("the certificates in " + file + " are not a chain: number " + (i + 1) + " (" + issuer
                        + ") did not issue number " + i + " (" + subject.getSubjectX500Principal() + "); the owner's comes first");
            }
        }
        return chain;
    }

    /**
     * The first private key of a file.
     *
     * @throws IOException when it can't be read, has none, or an encrypted one
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        byte[] curve = {};
        for (var block : blocks(file, "private key")) {
            switch (block.label) {
                case "EC PARAMETERS" -> curve = decode(file, block);
                case "ENCRYPTED PRIVATE KEY" -> throw encrypted(file);
                case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    if (block.body.contains("ENCRYPTED")) {
                        throw encrypted(file);
                    }
                    return privateKey(file, pkcs8(file, block, curve));
                }
                default -> {}
            }
        }
        throw new IOException("no private key in " + file + ": it has no block BEGIN PRIVATE KEY, nor one for RSA or EC");
    }

    /** Whether the two keys are a pair: the public key verifies what the private key signs. */
    public static boolean matches(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        var algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        var probe = "probe".getBytes(StandardCharsets.US_ASCII);
        var signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(probe);
        var signature = signer.sign();
        var verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certified);
        verifier.update(probe);
        return verifier.verify(signature);
    }

    private static List<Block> blocks(Path file, String wanted) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("no such file: " + file + " (the " + wanted + ")", e);
        } catch (IOException e) {
            throw new IOException("cannot read the " + wanted + " " + file + ": " + e, e);
        }
        if (bytes.length == 0) {
            throw new IOException("no " + wanted + " in " + file + ": the file is empty");
        }
        var matcher = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        var blocks = new ArrayList<Block>();
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        if (blocks.isEmpty()) {
            throw new IOException("no " + wanted + " in " + file + ": not a PEM file"
                    + (bytes[0] == SEQUENCE ? " but DER, it seems; openssl converts it" : "; it has no whole block -----BEGIN ...-----"));
        }
        return blocks;
    }

    private static byte[] decode(Path file, Block block) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(block.body);
        } catch (IllegalArgumentException e) {
            throw new IOException("bad base64 in block " + block.label + " of " + file + ": " + e.getMessage(), e);
        }
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IOException("bad certificate in " + file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] pkcs8(Path file, Block block, byte[] outerCurve) throws IOException {
        var der = decode(file, block);
        return switch (block.label) {
            case "RSA PRIVATE KEY" -> der(SEQUENCE, VERSION_0, RSA, der(OCTET_STRING, der));
            case "EC PRIVATE KEY" -> {
                var inner = curve(file, der);
                var curve = inner.length > 0 ? inner : outerCurve;
                if (curve.length == 0) {
                    throw new IOException("the EC private key in " + file + " does not name its curve");
                }
                yield der(SEQUENCE, VERSION_0, der(SEQUENCE, EC, curve), der(OCTET_STRING, der));
            }
            default -> der;
        };
    }

    private static PrivateKey privateKey(Path file, byte[] pkcs8) throws IOException {
        var last = new InvalidKeySpecException("no algorithm");
        for (var algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                last = e;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("a JDK without " + algorithm, e);
            }
        }
        throw new IOException("bad or unknown private key in " + file + "; RSA, EC (P-256, P-384, P-521) and Ed25519 are known", last);
    }

    private static IOException encrypted(Path file) {
        return new IOException("the private key in " + file + " is encrypted, which is not supported; openssl pkey decrypts it");
    }

    /** The name of the curve in ECPrivateKey's parameters; empty if there is none. */
    private static byte[] curve(Path file, byte[] ecPrivateKey) throws IOException {
        try {
            var at = header(ecPrivateKey, 0);
            while (at < ecPrivateKey.length) {
                var content = header(ecPrivateKey, at);
                var end = content + length(ecPrivateKey, at);
                if (end <= at) {
                    throw new IndexOutOfBoundsException(at);
                }
                if (ecPrivateKey[at] == CURVE) {
                    return Arrays.copyOfRange(ecPrivateKey, content, end);
                }
                at = end;
            }
            return new byte[0];
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("bad EC private key in " + file + ": it is cut short", e);
        }
    }

    /** Where the content of the element at an offset begins. */
    private static int header(byte[] der, int at) {
        return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7f : 0);
    }

    private static int length(byte[] der, int at) {
        var first = der[at + 1];
        if (first >= 0) {
            return first;
        }
        var length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] der(byte tag, byte[]... parts) {
        var length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            // No private key has 64 KiB.
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
