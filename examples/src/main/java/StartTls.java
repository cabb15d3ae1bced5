// A mail-like protocol that turns TLS on in mid-conversation. Try: openssl s_client -starttls smtp -connect localhost:2525
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 2525);
static final Path FILES = Path.of(System.getProperty("files", "."));

void main() throws IOException {
    var tls = Tls.server(FILES.resolve("server.pem"), FILES.resolve("server.key"));
    Server.tcp(PORT).serve(c -> {
        c.send("220 weft\r\n");
        for (var line : c.lines()) {
            switch (line) {
                case "STARTTLS" -> { c.send("220 go ahead\r\n"); c.startTls(tls); }
                case "QUIT" -> { c.send("221 bye\r\n"); return; }
                default -> c.send(c.tls().isPresent() ? "250 ok\r\n" : "530 STARTTLS first\r\n");
            }
        }
    });
}
