// An object with dependencies for each connection: no factory type is needed, a lambda makes it. A line asks for a word; "weft" is known.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7004);

record Conversation(Connection c, Map<String, String> database) {
    void run() throws IOException { for (var line : c.lines()) c.send(database.getOrDefault(line, "?") + "\n"); }
}

void main() throws IOException {
    var database = new ConcurrentHashMap<>(Map.of("weft", "the threads across the loom"));
    Server.tcp(PORT).serve(c -> new Conversation(c, database).run());
}
