// State sent 20 times a second: who is slow misses states, never slows the others, and still gets direct answers in order.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7000);

void main() throws IOException {
    var players = new Group<>(Framing.lines(), Outbox.droppingOldest(1));
    Server.tcp(PORT).every(Duration.ofMillis(50), () -> players.send("state " + System.nanoTime())).serve(c -> {
        c.send("welcome\n");
        players.join(c);
        for (var line : c.lines()) if (line.equals("ping")) c.send("pong\n");
    });
}
