package dev.weft.bench;

/** What the line servers do to a line: a to z become A to Z, in place. */
final class UpperCase {
    private UpperCase() {}

    static byte of(byte b) {
        return b >= 'a' && b <= 'z' ? (byte) (b - ('a' - 'A')) : b;
    }

    static void inPlace(byte[] line) {
        for (int i = 0; i < line.length; i++) {
            line[i] = of(line[i]);
        }
    }
}
