package dev.weft.rpc.codegen;

import java.util.List;

/** Lines of a Java file, indented by how deep they are in blocks. */
final class JavaText {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** A line of code; one that ends with an opening brace begins a block, one that begins with a closing brace ends it. */
    JavaText line(String code) {
        if (code.startsWith("}")) {
            depth--;
        }
        append(depth, code);
        if (code.endsWith("{")) {
            depth++;
        }
        return this;
    }

    /** A line that goes on with the code before it. */
    JavaText continued(String code) {
        return append(depth + 2, code);
    }

    JavaText blank() {
        return append(0, "");
    }

    JavaText javadoc(List<String> lines) {
        if (lines.size() == 1) {
            return append(depth, "/** " + lines.get(0) + " */");
        }
        append(depth, "/**");
        lines.forEach(line -> append(depth, (" * " + line).stripTrailing()));
        return append(depth, " */");
    }

    private JavaText append(int indent, String line) {
        text.append("    ".repeat(indent)).append(line).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
