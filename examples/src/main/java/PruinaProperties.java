// pruina-socket.md, properties: two that all connections see, two that each connection has for itself. "note" adds its text to the
// connection's own list, counts it in the connection's own map, and is answered with all four.
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);
static final Key<Integer> VAR_INT = Key.of("var_int");
static final Key<String> VAR_STR = Key.of("var_str");
static final Key<List<String>> VAR_LIST = Key.perConnection("var_list", ArrayList::new);
static final Key<Map<String, Integer>> VAR_DICT = Key.perConnection("var_dict", TreeMap::new);

void main() throws IOException {
    var messages = new Messages().set(VAR_INT, 1).set(VAR_STR, "Hello World!").on("note", (m, peer) -> {
        peer.get(VAR_LIST).add(m.text());
        peer.get(VAR_DICT).merge(m.text(), peer.get(VAR_INT), Integer::sum);
        peer.send(m.reply("noted", peer.get(VAR_INT) + " " + peer.get(VAR_STR) + " " + peer.get(VAR_LIST) + " " + peer.get(VAR_DICT)));
    });
    try (var server = messages.open(Server.tcp("localhost", PORT))) {
        server.run();
    }
}
