// grpc-and-raw-tcp.md, gRPC 4, server.py: try.proto's one method, on every interface; ten methods at once, as max_workers=10 has them.
import dev.weft.rpc.*;
import service.*;

static final int PORT = Integer.getInteger("port", 50051);

static class TryService implements Try {
    @Override
    public ServerData funcClient(ClientData request) {
        return ServerData.newBuilder().setValue("value: " + request.getIntArrList()).build();
    }
}

void main() throws IOException {
    RpcServer.tcp(PORT).handlerLimit(10).serve(new TryService());
}
