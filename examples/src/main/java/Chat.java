// group-chat.md, the homework: the chat on the server classes, one handler object a client. Behaves as ChatV6.
import dev.weft.net.*;

static final Framing<String> TEXT = Framing.text(Charset.forName("GBK")).limit(1024);
static final Group<String> ROOM = new Group<>(TEXT);

public static class Talk extends RequestHandler {
    @Override
    protected void setup() { if (ROOM.join(connection())) IO.println(connection()); }
    @Override
    protected void handle() {
        for (var text : connection().frames(TEXT)) {
            if (text.equals("quit")) break;
            ROOM.send("[%tF %<tT] %s %s".formatted(LocalDateTime.now(), connection().remote(), text));
        }
    }
    @Override
    protected void finish() { System.out.printf("('%s', %d) bye bye%n", connection().remote().host(), connection().remote().port()); }
}

void main() throws IOException {
    try (var server = Server.tcp("localhost", Integer.getInteger("port", 9999)).open(Talk.class).start()) {
        while (IO.readln(">>>") instanceof String line && !line.equals("quit")) {
            IO.println(server.threads().size());
            server.threads().forEach(IO::println);
            IO.println(ROOM.members().stream().map(Connection::remote).toList());
        }
    }
}
