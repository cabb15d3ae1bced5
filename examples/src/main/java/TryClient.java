// grpc-and-raw-tcp.md, gRPC 4, client.py: calls try.proto's method and prints what came back.
import dev.weft.rpc.*;
import service.*;

static final int PORT = Integer.getInteger("port", 50051);

void main() throws IOException {
    try (var channel = RpcClient.to("localhost", PORT).open()) {
        var stub = Try.client(channel).with(CallOptions.within(Duration.ofSeconds(30)));
        var request = ClientData.newBuilder().setInterval(1).setVar1(true).addIntArr(2).addIntArr(3).build();
        IO.println(stub.funcClient(request).getValue());
    }
}
