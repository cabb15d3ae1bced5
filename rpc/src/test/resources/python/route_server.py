"""Serves RouteGuide with the stock gRPC server: what a client of Weft's is to be shown, as the header "want" asks.

The arguments are a file of descriptors and, if wanted, limit=N calls at once and compression=gzip. It prints "port N", and serves until its
standard input says "stop SECONDS", which is the grace, or ends.
"""

import sys
import threading
from concurrent import futures

import grpc

from route_messages import Messages, encode, say

messages = Messages(sys.argv[1])
given = dict(a.split("=", 1) for a in sys.argv[2:])

Point = messages["routeguide.Point"]
Rectangle = messages["routeguide.Rectangle"]
Feature = messages["routeguide.Feature"]
RouteNote = messages["routeguide.RouteNote"]
RouteSummary = messages["routeguide.RouteSummary"]
ErrorStatus = messages["google.rpc.Status"]
ErrorInfo = messages["google.rpc.ErrorInfo"]

PATIENCE = 60
# How the call that waited or streamed last stands, and how many requests it has taken.
state = {"ended": "nothing", "taken": 0}


def wanted(context):
    return dict(context.invocation_metadata()).get("want", "")


def feature(name):
    return Feature(name=name)


def until_inactive(context):
    """Waits for the end of a call that somebody else ends; gRPC kills no thread."""
    state["ended"] = "waiting"
    over = threading.Event()
    if context.add_callback(over.set):
        over.wait(PATIENCE)
    state["ended"] = "active" if context.is_active() else "inactive"


def with_details(context):
    status = ErrorStatus(code=3, message="no such place")
    detail = status.details.add()
    detail.type_url = "type.googleapis.com/google.rpc.ErrorInfo"
    detail.value = encode(ErrorInfo(reason="FLAT"))
    context.set_trailing_metadata((("grpc-status-details-bin", encode(status)),))
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no such place")


def get_feature(request, context):
    want = wanted(context)
    if want == "throw":
        raise RuntimeError("boom")
    if want == "abort":
        context.abort(grpc.StatusCode.NOT_FOUND, "nothing at %d" % request.latitude)
    if want == "set":
        context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
        context.set_details("not now")
    if want == "status":
        number = int(dict(context.invocation_metadata())["x-status"])
        context.abort(next(c for c in grpc.StatusCode if c.value[0] == number), "number %d" % number)
    if want == "text":
        context.abort(grpc.StatusCode.ABORTED, "50 % Gl\u00fcck\n\u4f60\u597d \U0001f40d")
    if want == "details":
        with_details(context)
    if want == "nothing":
        return None
    if want == "wait":
        until_inactive(context)
    if want == "ended":
        return feature(state["ended"])
    if want == "taken":
        return feature(str(state["taken"]))
    if want == "peer":
        return feature(context.peer())
    if want == "time":
        left = context.time_remaining()
        # "Infinite" where there is no deadline: more than anybody's life.
        return feature("endless" if left is None or left > 1e9 else str(int(1000 * left)))
    if want == "echo":
        came = tuple((k, v) for k, v in context.invocation_metadata() if k.startswith("x-"))
        context.send_initial_metadata(came)
        context.set_trailing_metadata(came)
    if want == "huge":
        return feature("a" * 5_000_000)
    return feature("feature %d" % (request.latitude // 10))


def list_features(request, context):
    want = wanted(context)
    if want == "endless":
        state["ended"] = "streaming"
        try:
            while context.is_active():
                yield feature("small")
        finally:
            state["ended"] = "inactive"
        return
    if want == "wait":
        context.send_initial_metadata((("x-early", "yes"),))
        until_inactive(context)
        return
    for i in range(10):
        if want == "throw" and i == 2:
            raise RuntimeError("boom")
        if request.lo.latitude <= 10 * i <= request.hi.latitude:
            yield feature("feature %d" % i)


def record_route(requests, context):
    want = wanted(context)
    if want == "early":
        return RouteSummary(point_count=sum(1 for _ in (next(requests), next(requests), next(requests))))
    if want == "abort":
        context.abort(grpc.StatusCode.ABORTED, "enough")
    return RouteSummary(point_count=sum(1 for _ in requests))


def route_chat(requests, context):
    want = wanted(context)
    if want == "slow":
        state["taken"] = 0
        next(requests)
        state["taken"] = 1
        until_inactive(context)
        return
    for note in requests:
        yield RouteNote(message=str(len(note.message)) if want == "length" else "seen: " + note.message)


def main():
    compression = grpc.Compression.Gzip if given.get("compression") == "gzip" else None
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=10), compression=compression,
                         maximum_concurrent_rpcs=int(given["limit"]) if "limit" in given else None)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("routeguide.RouteGuide", {
        "GetFeature": grpc.unary_unary_rpc_method_handler(get_feature, Point.FromString, encode),
        "ListFeatures": grpc.unary_stream_rpc_method_handler(list_features, Rectangle.FromString, encode),
        "RecordRoute": grpc.stream_unary_rpc_method_handler(record_route, Point.FromString, encode),
        "RouteChat": grpc.stream_stream_rpc_method_handler(route_chat, RouteNote.FromString, encode),
    }),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    say("port %d" % port)
    line = sys.stdin.readline().split()
    server.stop(float(line[1]) if line else 0).wait()
    say("stopped")


main()
