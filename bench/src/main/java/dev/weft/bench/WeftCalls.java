package dev.weft.bench;

import java.io.IOException;

import dev.weft.bench.calls.Calls;
import dev.weft.bench.calls.Payload;
import dev.weft.rpc.Outgoing;
import dev.weft.rpc.RpcServer;

/** The service of calls.proto on Weft: blocking methods. */
final class WeftCalls implements Calls {
    private WeftCalls() {}

    @Override
    public Payload echo(Payload request) {
        return request;
    }

    @Override
    public void hundred(Payload request, Outgoing<Payload> responses) {
        for (int i = 0; i < 100; i++) {
            responses.send(request);
        }
    }

    /** Port. */
    public static void main(String[] args) throws IOException {
        Control.serve(RpcServer.tcp("127.0.0.1", Control.port(args)).start(new WeftCalls()).port());
    }
}
