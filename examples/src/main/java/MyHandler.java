// group-chat.md, MyHandler: a handler class on a thread each. It prints what it was given, then answers "### <text> ###"
// until the client has gone.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

public static class Answer extends RequestHandler {
    @Override
    protected void handle() throws IOException {
        IO.println(connection());
        IO.println(connection().remote());
        IO.println(server());
        IO.println("=".repeat(30));
        for (var text : connection().frames(Framing.text(StandardCharsets.UTF_8).limit(1024))) {
            connection().send("### " + text + " ###");
            IO.println("-".repeat(30));
            IO.println(server().threads());
        }
    }
}

void main() throws IOException {
    Server.tcp("127.0.0.1", PORT).serve(Answer.class);
}
