// A framing made of a framing: LSP's headers and body. Each message is sent back.
import dev.weft.net.*;

static final class Lsp implements Framing<String> {
    static final Framing<String> LINE = Framing.lines();

    @Override
    public String read(DataInputStream in) throws IOException {
        var length = 0;
        for (String header; !(header = LINE.read(in)).isEmpty();)
            if (header.startsWith("Content-Length: ")) length = Integer.parseInt(header.substring(16));
        return new String(in.readNBytes(length));
    }

    @Override
    public void write(String json, DataOutputStream out) throws IOException {
        var body = json.getBytes();
        out.writeBytes("Content-Length: " + body.length + "\r\n\r\n");
        out.write(body);
    }
}

void main() throws IOException {
    Server.tcp(Integer.getInteger("port", 5003)).serve(c -> {
        var rpc = c.frames(new Lsp());
        for (var json : rpc) rpc.write(json);
    });
}
