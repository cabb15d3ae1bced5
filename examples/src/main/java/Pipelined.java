// A key-value server of lines, GET key and SET key value: answers to requests that came together leave together.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7379);
final Map<String, String> store = new ConcurrentHashMap<>();

void main() throws IOException {
    Server.tcp(PORT).serve(c -> {
        var lines = c.lines();
        for (var line : lines) lines.write(answer(line.split(" ", 3)));
    });
}

String answer(String[] word) {
    return switch (word[0]) {
        case "GET" -> store.getOrDefault(word[1], "");
        case "SET" -> Objects.requireNonNullElse(store.put(word[1], word[2]), "");
        default -> "ERR unknown command " + word[0];
    };
}
