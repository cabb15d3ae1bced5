// group-chat.md, makefile: the connection as a file of text. "hello\n" is answered "hello\n###".
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

void main() throws IOException {
    try (var acceptor = Server.tcp("127.0.0.1", PORT).listen(); var c = acceptor.accept()) {
        IO.println(c);
        var file = c.text(StandardCharsets.UTF_8);
        var line = file.readLine();
        IO.print(line);
        file.write(line + "###");
    }
}
