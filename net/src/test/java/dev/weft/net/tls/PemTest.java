package dev.weft.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

import dev.weft.net.TestCertificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    /** A SEC1 key on P-256, with its curve, as "openssl ecparam -name prime256v1 -genkey" prints it. */
    private static final String SEC1 = """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            @SEC1@
            """;

    @TempDir
    Path folder;

    @Test
    void aChainIsReadInItsOrder() throws Exception {
        var chain = Pem.chain(TestCertificates.chain("server"));
        assertThat(chain).extracting(c -> c.getSubjectX500Principal().getName()).containsExactly("CN=server", "CN=intermediate", "CN=ca");
    }

    @Test
    void aChainInAnotherOrderIsRefusedAndTheOffendersAreNamed() throws Exception {
        var file = write(Files.readString(TestCertificates.authority()) + Files.readString(TestCertificates.chain("server")));
        assertThatThrownBy(() -> Pem.chain(file)).isInstanceOf(IOException.class).hasMessageContaining("number 2 (CN=server) did not issue")
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "rsa", "ed25519"})
    void aPkcs8KeyMatchesItsCertificateAndNoOther(String name) throws Exception {
        var key = Pem.privateKey(TestCertificates.key(name));
        assertThat(Pem.matches(key, certified(name))).isTrue();
        assertThat(Pem.matches(key, certified("client"))).isFalse();
    }

    @Test
    void aPkcs1KeyIsReadAsTheSameKey() throws Exception {
        var key = Pem.privateKey(TestCertificates.key("rsa"));
        // PKCS#8 of RSA: 26 bytes of header before PKCS#1's own sequence.
        var pkcs1 = Arrays.copyOfRange(key.getEncoded(), 26, key.getEncoded().length);
        assertThat(Pem.privateKey(write(TestCertificates.pem("RSA PRIVATE KEY", pkcs1)))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void aSec1KeyThatNamesItsCurveIsReadAsTheSameKey(String curve) throws Exception {
        var key = ecKey(curve);
        var read = (ECPrivateKey) Pem.privateKey(write(TestCertificates.pem("EC PRIVATE KEY", sec1(key, true))));
        assertThat(read.getS()).isEqualTo(((ECPrivateKey) key).getS());
        assertThat(read.getParams()).isEqualTo(((ECPrivateKey) key).getParams());
    }

    @Test
    void aSec1KeyTakesItsCurveFromTheParametersBeforeIt() throws Exception {
        var key = ecKey("secp256r1");
        var text = SEC1.replace("@SEC1@", TestCertificates.pem("EC PRIVATE KEY", sec1(key, false)));
        assertThat(Pem.privateKey(write(text))).isEqualTo(key);
    }

    @Test
    void aSec1KeyWithoutACurveIsRefused() throws Exception {
        var file = write(TestCertificates.pem("EC PRIVATE KEY", sec1(ecKey("secp256r1"), false)));
        assertThatThrownBy(() -> Pem.privateKey(file)).isInstanceOf(IOException.class).hasMessageContaining("does not name its curve");
    }

    @Test
    void aKeyAndItsChainMayShareAFileWithOtherText() throws Exception {
        var file = write("Bag Attributes\n    friendlyName: server\n" + Files.readString(TestCertificates.key("server"))
                + "subject=CN = server\r\n" + Files.readString(TestCertificates.chain("server")).replace("\n", "\r\n"));
        assertThat(Pem.chain(file)).hasSize(3);
        assertThat(Pem.matches(Pem.privateKey(file), certified("server"))).isTrue();
    }

    @Test
    void anEncryptedKeyIsRefusedInBothForms() throws Exception {
        var pkcs8 = write(TestCertificates.pem("ENCRYPTED PRIVATE KEY", new byte[100]));
        assertThatThrownBy(() -> Pem.privateKey(pkcs8)).isInstanceOf(IOException.class).hasMessageContaining("is encrypted, which is not");
        var pkcs1 = write("""
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

                AAAA
                -----END RSA PRIVATE KEY-----
                """);
        assertThatThrownBy(() -> Pem.privateKey(pkcs1)).isInstanceOf(IOException.class).hasMessageContaining("is encrypted, which is not");
    }

    @Test
    void aMissingFileIsNamed() {
        var file = folder.resolve("missing.pem");
        assertThatThrownBy(() -> Pem.certificates(file)).isInstanceOf(IOException.class).hasMessageContaining("no such file: " + file);
    }

    @Test
    void anEmptyFileIsNamed() throws Exception {
        var file = write("");
        assertThatThrownBy(() -> Pem.certificates(file)).isInstanceOf(IOException.class).hasMessageContaining(file + ": the file is empty");
    }

    @Test
    void aFileThatIsNotPemIsNamedAndDerIsRecognised() throws Exception {
        var text = write("hello");
        assertThatThrownBy(() -> Pem.certificates(text)).isInstanceOf(IOException.class).hasMessageContaining(text + ": not a PEM file");
        var der = Files.write(folder.resolve("der"), Pem.certificates(TestCertificates.authority()).getFirst().getEncoded());
        assertThatThrownBy(() -> Pem.certificates(der)).isInstanceOf(IOException.class).hasMessageContaining("but DER");
    }

    @Test
    void aFileOfTheOtherKindSaysWhatIsMissing() {
        assertThatThrownBy(() -> Pem.privateKey(TestCertificates.chain("server"))).isInstanceOf(IOException.class)
                .hasMessageContaining("no private key in");
        assertThatThrownBy(() -> Pem.certificates(TestCertificates.key("server"))).isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void garbageInsideABlockIsAnIoExceptionThatNamesTheFile(String label) throws Exception {
        for (var der : new byte[][] {{}, {0x30}, {0x30, (byte) 0x84, 127, -1, -1, -1}, {0x30, 3, 4, (byte) 0x84, -1, -1, -1, -1},
                {0x30, 2, 4, 0}, new byte[300], "hello".getBytes(StandardCharsets.US_ASCII)}) {
            var file = write(TestCertificates.pem(label, der));
            assertThatThrownBy(() -> read(label, file)).as("%s", HexFormat.of().formatHex(der)).isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void brokenBase64IsAnIoExceptionThatNamesTheFile() throws Exception {
        var file = write("-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file)).isInstanceOf(IOException.class).hasMessageContaining("bad base64")
                .hasMessageContaining(file.toString());
    }

    private static Object read(String label, Path file) throws IOException {
        return label.equals("CERTIFICATE") ? Pem.certificates(file) : Pem.privateKey(file);
    }

    private static PublicKey certified(String name) throws IOException {
        return Pem.certificates(TestCertificates.chain(name)).getFirst().getPublicKey();
    }

    private static PrivateKey ecKey(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair().getPrivate();
    }

    /** ECPrivateKey of RFC 5915, taken out of the JDK's PKCS#8, with or without its optional curve. */
    private static byte[] sec1(PrivateKey key, boolean curve) {
        var pkcs8 = key.getEncoded();
        var sequence = pkcs8[1] == (byte) 0x81 ? 3 : 2;
        var algorithm = sequence + 3;
        var oid = Arrays.copyOfRange(pkcs8, algorithm + 2 + 9, algorithm + 2 + pkcs8[algorithm + 1]);
        var octets = algorithm + 2 + pkcs8[algorithm + 1];
        var bare = Arrays.copyOfRange(pkcs8, octets + 2, pkcs8.length);
        if (!curve) {
            return bare;
        }
        var out = new ByteArrayOutputStream();
        var content = Arrays.copyOfRange(bare, 2, bare.length);
        out.write(0x30);
        out.write(content.length + 2 + oid.length);
        out.writeBytes(content);
        out.write(0xa0);
        out.write(oid.length);
        out.writeBytes(oid);
        return out.toByteArray();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "test", ".pem"), text);
    }
}
