// A part of PruinaPredict and PruinaFourResources: an ONNX file with one linear layer, y = x * w + b, as torch.nn.Linear(1, 1) is.
// The numbers are those of onnx.proto's fields, of IR version 8. java OnnxFile.java FILE W B writes one.
import com.google.protobuf.*;
import module java.base;

final class OnnxFile {
    interface Fields { void to(CodedOutputStream out) throws IOException; }

    static void main(String[] args) throws IOException { write(Path.of(args[0]), Float.parseFloat(args[1]), Float.parseFloat(args[2])); }

    static void write(Path file, float w, float b) throws IOException {
        var node = message(n -> {
            for (var input : List.of("x", "w", "b")) n.writeString(1, input);
            n.writeString(2, "y");
            n.writeString(4, "Gemm");
        });
        var graph = message(g -> {
            g.writeByteArray(1, node);
            g.writeString(2, "linear");
            g.writeByteArray(5, constant("w", w));
            g.writeByteArray(5, constant("b", b));
            g.writeByteArray(11, variable("x"));
            g.writeByteArray(12, variable("y"));
        });
        var operators = message(o -> o.writeInt64(2, 13));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, message(m -> { m.writeInt64(1, 8); m.writeByteArray(7, graph); m.writeByteArray(8, operators); }));
    }

    /** A tensor of one row and column, and its value. */
    static byte[] constant(String name, float value) throws IOException {
        return message(t -> {
            t.writeInt64(1, 1);
            t.writeInt64(1, 1);
            t.writeInt32(2, 1);
            t.writeFloat(4, value);
            t.writeString(8, name);
        });
    }

    /** An input or output of one row and column. */
    static byte[] variable(String name) throws IOException {
        var one = message(d -> d.writeInt64(1, 1));
        var shape = message(s -> { s.writeByteArray(1, one); s.writeByteArray(1, one); });
        var tensor = message(t -> { t.writeInt32(1, 1); t.writeByteArray(2, shape); });
        return message(v -> { v.writeString(1, name); v.writeByteArray(2, message(t -> t.writeByteArray(1, tensor))); });
    }

    static byte[] message(Fields fields) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        fields.to(out);
        out.flush();
        return bytes.toByteArray();
    }
}
