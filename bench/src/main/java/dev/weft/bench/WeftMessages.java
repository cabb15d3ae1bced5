package dev.weft.bench;

import java.io.IOException;

import dev.weft.net.Framing;
import dev.weft.net.MessageRequestHandler;

/** {@code WeftMessages [PORT]}: each line upper-cased and answered on Weft, message by message: no thread between two messages. */
final class WeftMessages {
    private WeftMessages() {}

    static void main(String[] args) throws IOException {
        try (var server = WeftServers.at(Control.port(args)).open(Upper.class)) {
            WeftServers.serve(server);
        }
    }

    static final class Upper extends MessageRequestHandler<byte[]> {
        Upper() {
            super(Framing.delimited("\n"));
        }

        @Override
        protected void handle(byte[] line) throws IOException {
            UpperCase.inPlace(line);
            write(line);
        }
    }
}
