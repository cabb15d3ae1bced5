// gRPC: a service tested without a server; its streams are lists. It prints "passed".
import dev.weft.rpc.*;
import routeguide.*;

void main() throws Exception {
    RouteGuide routes = new RouteGuide() {
        @Override
        public void routeChat(Incoming<RouteNote> notes, Outgoing<RouteNote> answers) {
            for (var note : notes) answers.send(note);
        }
    };
    var notes = List.of(RouteNote.newBuilder().setMessage("a").build(), RouteNote.newBuilder().setMessage("b").build());
    var answers = new ArrayList<RouteNote>();
    routes.routeChat(Incoming.of(notes), answers::add);
    IO.println(answers.equals(notes) ? "passed" : "failed");
}
