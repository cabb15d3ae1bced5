package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The lines of standard input, each decoded by itself, so that one that is no text is told and left out: to send something else in its place
 * would lose it without a word.
 *
 * <p>In all charsets here the bytes of LF and CR mean nothing else.
 */
final class InputLines extends BufferedReader {
    private final Charset charset;
    private final Consumer<String> wrong;

    /**
     * Over a stream, which remains its owner's.
     *
     * @param wrong is told of each line that is left out
     */
    InputLines(InputStream in, Charset charset, Consumer<String> wrong) {
        super(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
        this.charset = charset;
        this.wrong = wrong;
    }

    @Override
    public @Nullable String readLine() throws IOException {
        for (var line = super.readLine(); line != null; line = super.readLine()) {
            try {
                return charset.newDecoder().decode(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1))).toString();
            } catch (CharacterCodingException e) {
                wrong.accept("a line of standard input is not " + charset + "; convert it, for example with iconv -f ISO-8859-1 -t UTF-8");
            }
        }
        return null;
    }
}
