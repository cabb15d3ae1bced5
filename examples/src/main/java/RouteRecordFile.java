// gRPC: requests from a file to RouteServer, a latitude a line; its IOException comes out here, and has cancelled the call.
import dev.weft.rpc.*;
import routeguide.*;

static final int PORT = Integer.getInteger("port", 50051);

void main(String[] args) throws IOException {
    var file = Path.of(args.length > 0 ? args[0] : "route.txt");
    try (var rpc = RpcClient.to("localhost", PORT).open()) {
        var summary = RouteGuide.client(rpc).recordRoute(route -> {
            try (var lines = Files.newBufferedReader(file)) {
                for (String line; (line = lines.readLine()) != null;)
                    route.send(Point.newBuilder().setLatitude(Integer.parseInt(line)).build());
            }
        });
        IO.println(summary.getPointCount() + " points");
    }
}
