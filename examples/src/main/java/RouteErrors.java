// gRPC: status, deadline, metadata. It prints what a stranger is told, what a friend is and what came with it, and what comes too late.
import dev.weft.rpc.*;
import routeguide.*;

static class Guarded implements RouteGuide {
    @Override
    public Feature getFeature(Point p) throws InterruptedException {
        var call = Call.current();
        if (call.headers().get("authorization").isEmpty()) throw new RpcException(Status.UNAUTHENTICATED, "who are you?");
        call.trailers().set("served-by", "weft");
        Thread.sleep(Long.parseLong(call.headers().get("millis").orElse("0"))); // interrupted at the deadline
        return Feature.newBuilder().setName(call.timeRemaining().isPresent() ? "in time" : "no hurry").build();
    }
}

void main() throws IOException {
    try (var server = RpcServer.tcp("localhost", 0).start(new Guarded()); var rpc = RpcClient.to("localhost", server.port()).open()) {
        var reply = new Reply();
        var friend = CallOptions.within(Duration.ofSeconds(30)).header("authorization", "me").reply(reply);
        for (var options : List.of(CallOptions.defaults(), friend, friend.header("millis", "60000").deadline(Duration.ofMillis(100)))) {
            try {
                var feature = RouteGuide.client(rpc).with(options).getFeature(Point.getDefaultInstance());
                IO.println(feature.getName() + ", " + reply.trailers().get("served-by").orElseThrow());
            } catch (RpcException e) {
                IO.println(e.status());
            }
        }
    }
}
