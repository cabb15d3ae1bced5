// Length-prefixed readings from devices, each printed. Silence for an hour is fine, but a message begun must be whole in five seconds.
import dev.weft.net.*;

static final int PORT = Integer.getInteger("port", 5000);

record Reading(short sensor, double value) {
    static Reading parse(byte[] body) { var b = ByteBuffer.wrap(body); return new Reading(b.getShort(), b.getDouble()); }

    byte[] bytes() { return ByteBuffer.allocate(10).putShort(sensor).putDouble(value).array(); }
}

static final Framing<Reading> READINGS = Framing.lengthPrefixed(2).limit(4096).map(Reading::parse, Reading::bytes);

void main() throws IOException {
    Server.tcp(PORT)
            .deadlines(Deadlines.defaults().idle(Duration.ofHours(1)).message(Duration.ofSeconds(5)))
            .admission(Admission.rejecting(20_000).perPeer(4))
            .serve(c -> c.frames(READINGS).forEach(r -> IO.println(c.remote() + " " + r)));
}
