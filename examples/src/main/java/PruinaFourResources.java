// pruina-socket.md, four resources: one for all connections or one for each, loaded at the start or when first asked for.
// "predict" asks the first, "predict_2" to "predict_4" the others; each prints "Torch model:" and "x->y".
import dev.weft.message.*;
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", Messages.PORT);
static final Path FILE = Path.of(System.getProperty("files", "resources"), "example.onnx");
static final Key<LinearModel> ONE = Key.shared("torch_model_1", () -> load("torch_model_1"));
static final Key<LinearModel> TWO = Key.shared("torch_model_2", () -> load("torch_model_2"));
static final Key<LinearModel> THREE = Key.perConnection("torch_model_3", () -> load("torch_model_3"));
static final Key<LinearModel> FOUR = Key.perConnection("torch_model_4", () -> load("torch_model_4"));

void main() throws IOException {
    if (Files.notExists(FILE)) OnnxFile.write(FILE, 0.5f, 0.25f);
    var messages = new Messages().eager(ONE, THREE);
    Map.of("predict", ONE, "predict_2", TWO, "predict_3", THREE, "predict_4", FOUR).forEach((type, key) -> messages.on(type, (m, peer) -> {
        var x = Float.parseFloat(m.text());
        IO.println(String.format(Locale.ROOT, "Torch model:\n\t%.4f->%.4f", x, peer.get(key).predict(x)));
    }));
    try (var server = messages.open(Server.tcp("localhost", PORT))) {
        server.run();
    }
}

static LinearModel load(String name) throws Exception {
    IO.println("loading " + name);
    return LinearModel.load(FILE);
}
