package dev.weft.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments as they were typed, in UTF-8. The JVM decodes them by the locale, and what that has no character for it replaces without a
 * word: under a locale of ASCII, which having none means too, that is every letter with an accent. ./weft sets a locale; whoever starts
 * Java directly may have none.
 */
final class TypedArguments {
    private static final int REPLACEMENT = 0xfffd;
    private static final String CURE = ": set LC_ALL=C.UTF-8, or another locale with UTF-8 that is installed";

    private TypedArguments() {}

    /**
     * The arguments, the JVM's own where it decoded them rightly.
     *
     * @throws UsageException when one was decoded wrongly and its bytes are not to be had, or are not UTF-8
     */
    static String[] of(String... args) {
        var decoder = encoding();
        var utf8 = decoder.equals(StandardCharsets.UTF_8);
        if (!doubtful(utf8, args)) {
            return args;
        }
        var raw = raw(args.length);
        if (raw.size() != args.length) {
            throw new UsageException("an argument has characters that this locale (" + decoder + ") can't say" + CURE, "weft");
        }
        var typed = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            try {
                typed[i] = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw.get(i))).toString();
            } catch (CharacterCodingException e) {
                throw new UsageException("argument " + (i + 1) + " is not UTF-8: its bytes would be lost", "weft");
            }
        }
        return typed;
    }

    /** What the JVM decodes arguments, paths and the environment with. */
    static Charset encoding() {
        return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);
    }

    /** In UTF-8 only a replacement may be wrong. Elsewhere every character outside ASCII is, and a question mark may stand for one. */
    private static boolean doubtful(boolean utf8, String... args) {
        for (var arg : args) {
            for (int i = 0; i < arg.length(); i++) {
                var c = arg.charAt(i);
                if (utf8 ? c == REPLACEMENT : c > '~' || c == '?') {
                    return true;
                }
            }
        }
        return false;
    }

    /** The last of the process's arguments, proc(5); none where there is no such file. */
    private static List<byte[]> raw(int count) {
        var all = new ArrayList<byte[]>();
        try {
            var line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            var from = 0;
            for (int i = 0; i < line.length; i++) {
                if (line[i] == 0) {
                    all.add(Arrays.copyOfRange(line, from, i));
                    from = i + 1;
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return count > all.size() ? List.of() : all.subList(all.size() - count, all.size());
    }
}
