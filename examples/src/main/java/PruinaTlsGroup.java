// Messages with what net offers: TLS, a bound on connections, a group. Who has sent "join" hears what anybody says; "slow" keeps
// nobody waiting; a hook that fails costs no connection.
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);
static final Path FILES = Path.of(System.getProperty("files", "."));

void main() throws IOException {
    var all = new Group<>(Message.framing());
    var messages = new Messages()
            .on("join", (m, peer) -> { all.join(peer.connection()); peer.send(m.reply("joined", "")); })
            .on("say", (m, peer) -> all.send(Message.of("said", m.data())))
            .onParallel("slow", (m, peer) -> { Thread.sleep(1000); peer.send(m.reply("done", "ok")); })
            .observer(new MessagesObserver() {
                @Override
                public boolean failed(Peer peer, Exception failure) {
                    return !(failure instanceof IOException);
                }
            });
    var tls = Tls.server(FILES.resolve("server.pem"), FILES.resolve("server.key"));
    try (var server = messages.open(Server.tcp(PORT).tls(tls).admission(Admission.waiting(500)))) {
        server.run();
    }
}
