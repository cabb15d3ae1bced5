package dev.weft.cli;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.weft.net.support.SafeText;

/** Messages as lines of JSON, in protobuf's mapping; the types in an Any are asked for. */
final class CallJson {
    private static final Pattern TYPE = Pattern.compile("\"@type\"\\s*:\\s*\"([^\"\\\\]*)\"");
    /** What Gson says of its own options and pages, which are not the user's. */
    private static final Pattern ABOUT_GSON = Pattern.compile("(?s)Use JsonReader\\S+ to accept |\\R.*");
    /** Escaped by Gson for the sake of HTML. */
    private static final String OF_HTML = "<>&='";

    private final CallReflection types;
    private final boolean defaults;
    private final CharsetEncoder shown;

    /** For a terminal of this charset; {@code defaults} are printed, too. */
    CallJson(CallReflection types, boolean defaults, Charset shown) {
        this.types = types;
        this.defaults = defaults;
        this.shown = shown.newEncoder();
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is no JSON, or not of this type, saying where and why
     */
    DynamicMessage read(String json, Descriptor type) throws IOException {
        check(json, type);
        for (var found : (Iterable<String>) TYPE.matcher(json).results().map(match -> match.group(1))::iterator) {
            types.find(typeName(found));
        }
        var message = DynamicMessage.newBuilder(type);
        try {
            JsonFormat.parser().usingTypeRegistry(types.types()).merge(json, message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("no " + type.getFullName() + ": " + e.getMessage(), e);
        }
        return message.build();
    }

    /** JsonFormat alone would take what is nearly JSON, and overlook what stands behind it. */
    private static void check(String json, Descriptor type) {
        try (var reader = new JsonReader(new StringReader(json))) {
            reader.setStrictness(Strictness.STRICT);
            reader.skipValue();
            var _ = reader.peek(); // fails when there is more
        } catch (IOException | JsonParseException | IllegalStateException e) {
            var why = ABOUT_GSON.matcher(String.valueOf(e.getMessage())).replaceAll("");
            throw new IllegalArgumentException("not JSON, for a " + type.getFullName() + ": " + why, e);
        }
    }

    /** As one line. */
    String write(Message message) throws IOException {
        know(message);
        var printer = JsonFormat.printer().omittingInsignificantWhitespace().usingTypeRegistry(types.types());
        try {
            return visible((defaults ? printer.alwaysPrintFieldsWithNoPresence() : printer).print(message));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("a " + message.getDescriptorForType().getFullName() + " that can't be shown as JSON: " + e.getMessage(), e);
        }
    }

    /** Asks for the types within each Any. */
    private void know(Message message) throws IOException {
        if (message.getDescriptorForType().getFullName().equals(Any.getDescriptor().getFullName())) {
            var any = Any.parseFrom(message.toByteString());
            var type = types.find(typeName(any.getTypeUrl()));
            if (type.isPresent() && type.get() instanceof Descriptor known) {
                know(DynamicMessage.parseFrom(known, any.getValue()));
            }
            return;
        }
        for (var field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                for (var each : field.getValue() instanceof Collection<?> several ? several : List.of(field.getValue())) {
                    know((Message) each);
                }
            }
        }
    }

    private static String typeName(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    /** The same JSON, as a terminal can and may show it: what a stranger may not write there is escaped, letters are not. */
    private String visible(String json) {
        var out = new StringBuilder(json.length());
        for (int i = 0, c; i < json.length(); i += Character.charCount(c)) {
            c = json.codePointAt(i);
            if (c == '\\') {
                var next = json.charAt(++i);
                var letter = next == 'u' ? (char) Integer.parseInt(json, i + 1, i + 5, 16) : 0;
                if (OF_HTML.indexOf(letter) >= 0) {
                    out.append(letter);
                    i += 4;
                } else {
                    out.append('\\').append(next);
                }
            } else if (c < ' ' || c > '~') {
                append(out, Character.toString(c));
            } else {
                out.append((char) c);
            }
        }
        return out.toString();
    }

    /** The character, or as JSON escapes it, so that nothing of it is lost. */
    private void append(StringBuilder out, String character) {
        if (SafeText.oneLine(character).equals(character) && shown.canEncode(character)) {
            out.append(character);
        } else {
            character.chars().forEach(c -> out.append("\\u%04x".formatted(c)));
        }
    }
}
