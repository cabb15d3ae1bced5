// verify_request, and handle_error into one's own log: peers of one network only (-Dnetwork), and a line that is no number is an error.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 7002);
static final String NETWORK = System.getProperty("network", "10.");
static final System.Logger LOG = System.getLogger("app");

void main() throws IOException {
    Server.tcp(PORT)
            .option(StandardSocketOptions.SO_REUSEADDR, true)
            .verify(c -> c.remote().host().startsWith(NETWORK))
            .observer(new ServerObserver() {
                @Override
                public void failed(Connection c, Throwable failure) {
                    LOG.log(System.Logger.Level.ERROR, "from " + c.remote(), failure);
                }
            })
            .serve(c -> c.send("next: " + (Integer.parseInt(c.readLine()) + 1) + "\n"));
}
