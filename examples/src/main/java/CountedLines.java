// The class form of a server message by message: what it remembers of a connection are its fields. Try: nc localhost 9999
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 9999);

static final class Counter extends MessageRequestHandler<String> {
    private int lines;

    Counter() {
        super(Framing.lines());
    }

    @Override
    protected void setup() throws IOException {
        write("say something");
    }

    @Override
    protected void handle(String line) throws IOException {
        write(++lines + ": " + line);
    }
}

void main() throws IOException {
    Server.tcp(PORT).serve(Counter.class);
}
