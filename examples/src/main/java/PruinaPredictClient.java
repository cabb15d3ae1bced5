// PruinaPredict's client: java PruinaPredictClient.java 1.23 sends the number and prints the answer, after "error: " when it is one.
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);

void main(String[] args) throws IOException {
    try (var peer = new Messages().open(Connection.to("localhost", PORT))) {
        for (var x : args) {
            var answer = peer.request("predict", x, Duration.ofSeconds(10));
            IO.println(answer.is("error") ? "error: " + answer.text() : answer.text());
        }
    }
}
