// A chat with names: a connection's state is its stack. A line goes to the others, "@name text" to one, "/who" lists the names.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7001);
final Group<String> room = new Group<>(Framing.lines());
final Map<String, Connection> names = new ConcurrentHashMap<>();

void main() throws IOException { Server.tcp(PORT).serve(this::talk); }

void talk(Connection c) throws IOException {
    c.send("name? ");
    var name = c.readLine();
    if (names.putIfAbsent(name, c) != null) {
        c.send("taken\n");
        return;
    }
    try {
        room.join(c);
        for (var line : c.lines()) {
            if (line.equals("/who")) c.send(names.keySet() + "\n");
            else if (line.startsWith("@")) room.sendTo(names.getOrDefault(line.substring(1).split(" ")[0], c), name + "> " + line);
            else room.sendExcept(c, name + ": " + line);
        }
    } finally {
        names.remove(name);
    }
}
