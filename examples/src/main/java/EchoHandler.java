// group-chat.md, EchoHandler: setup, handle, finish; "### <text> ###" until "quit" or the end, and a console beside it.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

public static class Echo extends RequestHandler {
    private final CountDownLatch over = new CountDownLatch(1);

    @Override
    protected void handle() throws IOException {
        IO.println("=".repeat(30));
        for (var text : connection().frames(Framing.text(StandardCharsets.UTF_8).limit(1024))) {
            if (text.equals("quit")) break;
            connection().send("### " + text + " ###");
            IO.println("-".repeat(30));
            IO.println(server().threads());
        }
    }

    @Override
    protected void finish() { over.countDown(); }
}

void main() throws IOException {
    try (var server = Server.tcp("127.0.0.1", PORT).open(Echo.class).start()) {
        while (IO.readln(">>>") instanceof String line && !line.equals("quit")) IO.println(server.threads());
    }
    IO.println("=".repeat(30));
}
