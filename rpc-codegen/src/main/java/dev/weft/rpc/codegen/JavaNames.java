package dev.weft.rpc.codegen;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How names of a {@code .proto} file are written in Java.
 *
 * <p>Those of messages and files are protobuf's own matter ({@link com.google.protobuf.GeneratorNames}, after
 * <a href="https://protobuf.dev/reference/java/java-generated/">its guide to generated code</a>); these are of services and rpcs.
 */
final class JavaNames {
    /** What is never an identifier (JLS 3.9): keywords and literals. */
    static final Set<String> KEYWORDS = Set.of("_", "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const",
            "continue", "default", "do", "double", "else", "enum", "extends", "false", "final", "finally", "float", "for", "goto", "if", "implements",
            "import", "instanceof", "int", "interface", "long", "native", "new", "null", "package", "private", "protected", "public", "return",
            "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw", "throws", "transient", "true", "try", "void",
            "volatile", "while");
    /** What is no name for a type besides (JLS 3.8, TypeIdentifier). */
    static final Set<String> NO_TYPES = Set.of("permits", "record", "sealed", "var", "yield");
    /** Methods that an interface and its client have anyway: of every object, of the service interface, and of the client. */
    static final Set<String> METHODS = Set.of("clone", "equals", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait",
            "client", "definition", "unimplemented", "with");
    /** Types nested in {@code RpcService}: within a service interface, which inherits them, their simple names mean these. */
    static final Set<String> INHERITED = Set.of("Definition", "Unary", "ServerStream", "ClientStream", "BothStream");

    private JavaNames() {
    }

    /** {@code GetFeature} and {@code get_feature} as {@code getFeature}. */
    static String method(String rpc) {
        var words = words(rpc);
        if (words.isEmpty()) {
            return rpc;
        }
        var name = words.stream().map(word -> upper(word.substring(0, 1)) + word.substring(1)).collect(joining());
        return identifier(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
    }

    /** {@code GetFeature} and {@code get_feature} as {@code GET_FEATURE}, {@code URLGet} as {@code URL_GET}. */
    static String constant(String rpc) {
        var words = words(rpc);
        if (words.isEmpty()) {
            return rpc;
        }
        return identifier(words.stream().map(word -> upper(String.join("_", humps(word)))).collect(joining("_")));
    }

    /** The part of a qualified name that the compiler looks up first: a package's first word, or a class without a package. */
    static String root(String qualified) {
        var dot = qualified.indexOf('.');
        return dot < 0 ? qualified : qualified.substring(0, dot);
    }

    private static List<String> words(String name) {
        return Arrays.stream(name.split("_", -1)).filter(word -> !word.isEmpty()).toList();
    }

    /** Before an upper-case letter that follows a lower-case one or a digit, or that begins a word after several upper-case ones. */
    private static List<String> humps(String word) {
        return List.of(word.split("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", -1));
    }

    /** protobuf's names may begin with an underscore and a digit; Java's may not begin with the digit. */
    private static String identifier(String name) {
        return Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    private static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }
}
