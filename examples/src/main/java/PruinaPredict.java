// pruina-socket.md, the model server: a large resource, loaded when first asked for. "predict" with a number prints "Torch model:" and
// "x->y", and answers "predicted" with y; what is no number is answered "error". The model's file is made when there is none.
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);
static final Path FILE = Path.of(System.getProperty("files", "resources"), "example.onnx");
static final Key<LinearModel> MODEL = Key.shared("torch_model", () -> LinearModel.load(FILE));

void main() throws IOException {
    if (Files.notExists(FILE)) OnnxFile.write(FILE, 0.5f, 0.25f);
    var messages = new Messages().on("predict", (m, peer) -> {
        try {
            var x = Float.parseFloat(m.text());
            var y = peer.get(MODEL).predict(x);
            IO.println(String.format(Locale.ROOT, "Torch model:\n\t%.4f->%.4f", x, y));
            peer.send(m.reply("predicted", String.format(Locale.ROOT, "%.4f", y)));
        } catch (NumberFormatException e) {
            peer.send(m.reply("error", "not a number: '" + m.text() + "'"));
        }
    });
    try (var server = messages.open(Server.tcp("localhost", PORT))) {
        server.run();
    }
}
