// A framing of one's own (start byte, length, body, CRC) in plain blocking code; each frame is acknowledged with 06 and its length.
import dev.weft.net.*;

static final class Checked implements Framing<byte[]> {
    @Override
    public byte[] read(DataInputStream in) throws IOException {
        if (in.readUnsignedByte() != 0x02) throw new ProtocolException("no start byte");
        var body = in.readNBytes(in.readUnsignedShort());
        if (in.readInt() != crc(body)) throw new ProtocolException("bad checksum");
        return body;
    }

    @Override
    public void write(byte[] body, DataOutputStream out) throws IOException {
        out.writeByte(0x02);
        out.writeShort(body.length);
        out.write(body);
        out.writeInt(crc(body));
    }

    static int crc(byte[] body) { var crc = new CRC32(); crc.update(body); return (int) crc.getValue(); }
}

void main() throws IOException {
    Server.tcp(Integer.getInteger("port", 5001)).serve(c -> {
        var frames = c.frames(new Checked());
        for (var frame : frames) frames.write(new byte[] {0x06, (byte) frame.length});
    });
}
