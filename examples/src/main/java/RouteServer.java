// gRPC, all four kinds, the server: there is a feature at each degree of the prime meridian.
import dev.weft.rpc.*;
import routeguide.*;

static class Routes implements RouteGuide {
    @Override
    public Feature getFeature(Point p) {
        if (p.getLongitude() != 0) throw new RpcException(Status.NOT_FOUND, "nothing at " + p.getLatitude() + ", " + p.getLongitude());
        return Feature.newBuilder().setName("meridian " + p.getLatitude()).setLocation(p).build();
    }
    @Override
    public void listFeatures(Rectangle box, Outgoing<Feature> out) {
        for (int i = box.getLo().getLatitude(); i <= box.getHi().getLatitude(); i++) out.send(getFeature(Point.newBuilder().setLatitude(i).build()));
    }
    @Override
    public RouteSummary recordRoute(Incoming<Point> points) {
        var n = 0;
        for (var _ : points) n++;
        return RouteSummary.newBuilder().setPointCount(n).build();
    }
    @Override
    public void routeChat(Incoming<RouteNote> notes, Outgoing<RouteNote> answers) {
        for (var note : notes) answers.send(note.toBuilder().setMessage("seen: " + note.getMessage()).build());
    }
}

void main() throws IOException {
    RpcServer.tcp(Integer.getInteger("port", 50051)).maxCalls(10).reflection().serve(new Routes());
}
