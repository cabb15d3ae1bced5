// gRPC, all four kinds, RouteServer's client.
import dev.weft.rpc.*;
import routeguide.*;

static final int PORT = Integer.getInteger("port", 50051);

void main() throws IOException {
    try (var rpc = RpcClient.to("localhost", PORT).open()) {
        var routes = RouteGuide.client(rpc).with(CallOptions.within(Duration.ofSeconds(30)));
        IO.println(routes.getFeature(point(7)).getName());

        var area = Rectangle.newBuilder().setLo(point(0)).setHi(point(2)).build();
        for (var feature : routes.listFeatures(area)) IO.println(feature.getName());

        IO.println(routes.recordRoute(route -> { for (var i = 0; i < 10; i++) route.send(point(i)); }).getPointCount());

        try (var chat = routes.routeChat()) {
            chat.send(RouteNote.newBuilder().setMessage("first").build());
            IO.println(chat.receive().getMessage());
            chat.finish();
            for (var rest : chat) IO.println(rest.getMessage());
        }
    }
}

static Point point(int i) {
    return Point.newBuilder().setLatitude(i).build();
}
