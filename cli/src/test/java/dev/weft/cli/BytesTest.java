package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Python's view of bytes (SPEC SS-E1). */
@Timeout(60)
class BytesTest {
    @Test
    @DisplayName("SS-E1: upper() changes a to z and nothing else")
    void upperChangesAsciiLettersOnly() {
        assertThat(AsciiBytes.upper("héllo ÿ{`@[".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("HéLLO ÿ{`@[".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("SS-E1: strip() takes ASCII whitespace from both ends, and nothing else")
    void stripTakesAsciiWhitespaceOnly() {
        assertThat(AsciiBytes.strip(bytes(" \t\r\n\u000b\f a b\u00a0 \n"))).isEqualTo(bytes("a b\u00a0"));
        assertThat(AsciiBytes.strip(bytes(" \n "))).isEmpty();
    }

    @Test
    void literalsAreEscapedAsPythonDoes() {
        assertThat(BytesLiteral.of(bytes("hello"))).isEqualTo("b'hello'");
        assertThat(BytesLiteral.of(bytes("it's"))).isEqualTo("b\"it's\"");
        assertThat(BytesLiteral.of(bytes("'\""))).isEqualTo("b'\\'\"'");
        assertThat(BytesLiteral.of(bytes("\t\n\r\\\0\u007f\u00ff"))).isEqualTo("b'\\t\\n\\r\\\\\\x00\\x7f\\xff'");
    }

    @Test
    void pythonAgreesOnRandomBytes() throws Exception {
        Tools.need("python3");
        var random = new Random(1);
        var all = new StringBuilder();
        var expected = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            var bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = switch (random.nextInt(6)) {
                    case 0 -> (byte) '\'';
                    case 1 -> (byte) '"';
                    case 2 -> (byte) ' ';
                    default -> bytes[j];
                };
            }
            all.append(HexFormat.of().formatHex(bytes)).append('\n');
            expected.append(BytesLiteral.of(AsciiBytes.upper(AsciiBytes.strip(bytes)))).append('\n');
        }
        var python = new ProcessBuilder("python3", "-c", "import sys\nfor l in sys.stdin: print(bytes.fromhex(l).strip().upper())").start();
        try (var in = python.outputWriter()) {
            in.write(all.toString());
        }
        assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
