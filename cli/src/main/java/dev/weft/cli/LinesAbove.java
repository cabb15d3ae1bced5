package dev.weft.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Lines of text in UTF-8, each printed when it is whole; what is left without an end is a prompt. */
final class LinesAbove extends OutputStream {
    private final Consumer<String> print;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    LinesAbove(Consumer<String> print) {
        this.print = print;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        String lines;
        synchronized (begun) {
            var end = from + length;
            while (end > from && bytes[end - 1] != '\n') {
                end--;
            }
            begun.write(bytes, from, end - from);
            lines = end > from ? take() : "";
            begun.write(bytes, end, from + length - end);
        }
        if (!lines.isEmpty()) {
            print.accept(lines);
        }
    }

    /** Takes what has no end yet. */
    String unfinished() {
        synchronized (begun) {
            return take();
        }
    }

    private String take() {
        var text = begun.toString(StandardCharsets.UTF_8);
        begun.reset();
        return text;
    }
}
