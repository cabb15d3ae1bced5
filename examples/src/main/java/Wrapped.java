// A handler around a handler: nothing is lost, because a handler is one method. It echoes a line and prints how long that took.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7005);

Handler timed(Handler inner) {
    return c -> {
        var start = System.nanoTime();
        try {
            inner.handle(c);
        } finally {
            IO.println(c + " took " + (System.nanoTime() - start) + " ns");
        }
    };
}

void main() throws IOException {
    Server.tcp(PORT).serve(timed(c -> c.send(c.readLine() + "\n")));
}
