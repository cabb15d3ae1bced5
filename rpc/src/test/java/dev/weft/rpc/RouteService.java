package dev.weft.rpc;

import java.util.List;
import java.util.stream.IntStream;

import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Point;
import dev.weft.rpc.routeguide.Rectangle;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.rpc.routeguide.RouteNote;
import dev.weft.rpc.routeguide.RouteSummary;

/** The document's service, with a feature at each tenth point of the diagonal. */
class RouteService implements RouteGuide {
    static final List<Feature> FEATURES = IntStream.range(0, 10).mapToObj(i -> feature("feature " + i, 10 * i)).toList();

    static Feature feature(String name, int at) {
        return Feature.newBuilder().setName(name).setLocation(point(at)).build();
    }

    static Point point(int at) {
        return Point.newBuilder().setLatitude(at).setLongitude(at).build();
    }

    static Rectangle rectangle(int lo, int hi) {
        return Rectangle.newBuilder().setLo(point(lo)).setHi(point(hi)).build();
    }

    static RouteNote note(String message) {
        return RouteNote.newBuilder().setMessage(message).build();
    }

    @Override
    public Feature getFeature(Point request) throws Exception {
        return FEATURES.stream().filter(f -> f.getLocation().equals(request)).findFirst()
                .orElseThrow(() -> new RpcException(Status.NOT_FOUND, "nothing at " + request.getLatitude()));
    }

    @Override
    public void listFeatures(Rectangle request, Outgoing<Feature> responses) throws Exception {
        for (var feature : FEATURES) {
            var at = feature.getLocation().getLatitude();
            if (request.getLo().getLatitude() <= at && at <= request.getHi().getLatitude()) {
                responses.send(feature);
            }
        }
    }

    @Override
    public RouteSummary recordRoute(Incoming<Point> requests) throws Exception {
        var points = 0;
        for (var _ : requests) {
            points++;
        }
        return RouteSummary.newBuilder().setPointCount(points).build();
    }

    @Override
    public void routeChat(Incoming<RouteNote> requests, Outgoing<RouteNote> responses) throws Exception {
        for (var note : requests) {
            responses.send(note("seen: " + note.getMessage()));
        }
    }
}
