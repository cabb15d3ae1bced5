package dev.weft.cli;

import java.util.HexFormat;

/** Bytes as Python prints them: {@code b'hello\xff'} (SPEC SS-E1). */
final class BytesLiteral {
    private static final HexFormat HEX = HexFormat.of();

    private BytesLiteral() {}

    /** Between single quotes, unless there are such among the bytes and no double ones. */
    static String of(byte[] bytes) {
        var quote = contains(bytes, '\'') && !contains(bytes, '"') ? '"' : '\'';
        var text = new StringBuilder("b").append(quote);
        for (var b : bytes) {
            switch (b) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> {
                    if (b == quote) {
                        text.append('\\').append(quote);
                    } else if (b >= ' ' && b < 0x7f) {
                        text.append((char) b);
                    } else {
                        text.append("\\x").append(HEX.toHexDigits(b));
                    }
                }
            }
        }
        return text.append(quote).toString();
    }

    private static boolean contains(byte[] bytes, char c) {
        for (var b : bytes) {
            if (b == c) {
                return true;
            }
        }
        return false;
    }
}
