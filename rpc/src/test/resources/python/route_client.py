"""Calls Weft's servers with the stock gRPC client, and prints a line for each thing that it looked at: "ok NAME", or "no NAME: why"; at last "end".

The arguments are a file of descriptors, and name=value for each server: open= shows failures and has a health service, closed= shows none,
few= takes one call at a time, ends= is there to be drained, tls= wants the certificate that chain= and key= are, and is known to authority=.
What a service shall do is asked for in the header "want".
"""

import queue
import socket
import sys
import threading
import time
import traceback

import grpc

from route_messages import Messages, encode, say

PATIENCE = 30
messages = Messages(sys.argv[1])
given = dict(a.split("=", 1) for a in sys.argv[2:])

Point = messages["routeguide.Point"]
Rectangle = messages["routeguide.Rectangle"]
Feature = messages["routeguide.Feature"]
RouteNote = messages["routeguide.RouteNote"]
RouteSummary = messages["routeguide.RouteSummary"]
ErrorStatus = messages["google.rpc.Status"]
BadRequest = messages["google.rpc.BadRequest"]
HealthRequest = messages["grpc.health.v1.HealthCheckRequest"]
HealthResponse = messages["grpc.health.v1.HealthCheckResponse"]

checks = []


def check(function):
    checks.append(function)
    return function


class Stub:
    """What protoc would have written."""

    def __init__(self, channel):
        self.channel = channel
        service = "/routeguide.RouteGuide/"
        self.get_feature = channel.unary_unary(service + "GetFeature", encode, Feature.FromString)
        self.list_features = channel.unary_stream(service + "ListFeatures", encode, Feature.FromString)
        self.record_route = channel.stream_unary(service + "RecordRoute", encode, RouteSummary.FromString)
        self.route_chat = channel.stream_stream(service + "RouteChat", encode, RouteNote.FromString)


def want(what, *more):
    return {"metadata": (("want", what),) + more, "timeout": PATIENCE}


def point(at):
    return Point(latitude=at, longitude=at)


def rectangle(lo, hi):
    return Rectangle(lo=point(lo), hi=point(hi))


def notes(*texts):
    return iter([RouteNote(message=t) for t in texts])


def same(actual, expected):
    if actual != expected:
        raise AssertionError("%r in place of %r" % (actual, expected))


def fails(code, details, call):
    """The failure of a call, which is to have this code and, unless None, these details."""
    try:
        result = call()
    except grpc.RpcError as e:
        same(e.code(), code)
        if details is not None:
            same(e.details(), details)
        return e
    raise AssertionError("%r in place of %s" % (result, code))


def until(what, holds):
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (PATIENCE, what))
        time.sleep(0.01)


def ended(stub, how):
    """The method that was asked for last ended this way, as the server saw it."""
    until("the method ended: " + how, lambda: stub.get_feature(point(0), **want("ended")).name == how)


class Counted:
    """A way to the server that counts the bytes in each direction."""

    def __init__(self, to):
        self.sent = 0
        self.received = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(to,), daemon=True).start()

    def accept(self, to):
        here, _ = self.listener.accept()
        there = socket.create_connection(("127.0.0.1", int(to.rsplit(":", 1)[1])))
        threading.Thread(target=self.forward, args=(here, there, "sent"), daemon=True).start()
        self.forward(there, here, "received")

    def forward(self, source, sink, counter):
        try:
            while True:
                some = source.recv(65536)
                if not some:
                    break
                setattr(self, counter, getattr(self, counter) + len(some))
                sink.sendall(some)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


# The four kinds.


@check
def one_request_has_one_response(stub):
    same(stub.get_feature(point(30), timeout=PATIENCE).name, "feature 3")


@check
def one_request_has_many_responses(stub):
    same([f.name for f in stub.list_features(rectangle(20, 40), timeout=PATIENCE)], ["feature 2", "feature 3", "feature 4"])


@check
def one_request_has_no_response(stub):
    same(list(stub.list_features(rectangle(1, 2), timeout=PATIENCE)), [])


@check
def many_requests_have_one_response(stub):
    same(stub.record_route((point(i) for i in range(1000)), timeout=PATIENCE).point_count, 1000)


@check
def no_request_has_one_response(stub):
    same(stub.record_route(iter([]), timeout=PATIENCE).point_count, 0)


@check
def an_answer_before_the_last_request_is_the_answer(stub):
    def endless():
        while True:
            yield point(1)

    same(stub.record_route(endless(), **want("early")).point_count, 3)


@check
def many_requests_have_many_responses_by_turns(stub):
    waiting = queue.Queue()
    call = stub.route_chat(iter(waiting.get, None), timeout=PATIENCE)
    for i in range(100):
        waiting.put(RouteNote(message="n%d" % i))
        same(next(call).message, "seen: n%d" % i)
    waiting.put(None)
    same(list(call), [])
    same(call.code(), grpc.StatusCode.OK)


@check
def many_calls_at_once_share_a_connection(stub):
    calls = [stub.get_feature.future(point(10 * (i % 10)), timeout=PATIENCE) for i in range(500)]
    same([c.result().name for c in calls], ["feature %d" % (i % 10) for i in range(500)])


# What calls know of each other.


@check
def the_server_knows_who_calls(stub):
    peer = stub.get_feature(point(0), **want("peer")).name
    if not peer.startswith("ipv4:127.0.0.1:"):
        raise AssertionError(peer)


@check
def the_server_knows_how_long_there_is(stub):
    left = int(stub.get_feature(point(0), timeout=100, metadata=(("want", "time"),)).name)
    if not 50_000 < left <= 102_000:  # the C core rounds a timeout up to whole seconds
        raise AssertionError(left)
    same(stub.get_feature(point(0), metadata=(("want", "time"),)).name, "endless")


@check
def metadata_goes_both_ways(stub):
    values = (("x-text", "one"), ("x-text", "two"), ("x-bytes-bin", bytes(range(256))), ("x-empty-bin", b""))
    response, call = stub.get_feature.with_call(point(0), **want("echo", *values))
    for came in (call.initial_metadata(), call.trailing_metadata()):
        same([v for k, v in came if k == "x-text"], ["one", "two"])
        same([v for k, v in came if k == "x-bytes-bin"], [bytes(range(256))])
        same([v for k, v in came if k == "x-empty-bin"], [b""])


@check
def metadata_comes_with_a_failure(stub):
    error = fails(grpc.StatusCode.ABORTED, "with trailers", lambda: stub.get_feature(point(0), **want("trailers")))
    same([v for k, v in error.trailing_metadata() if k == "x-why-bin"], [b"\x00\xff"])


@check
def headers_come_before_the_first_response(stub):
    call = stub.list_features(rectangle(0, 0), **want("headers"))
    same([v for k, v in call.initial_metadata() if k == "x-early"], ["yes"])
    call.cancel()
    ended(stub, "interrupted")


# Failures.


@check
def a_failure_has_its_status_and_text(stub):
    fails(grpc.StatusCode.NOT_FOUND, "nothing at 31", lambda: stub.get_feature(point(31), timeout=PATIENCE))


@check
def every_status_arrives_as_itself(stub):
    for code in grpc.StatusCode:
        if code != grpc.StatusCode.OK:
            number = str(code.value[0])
            fails(code, "number " + number, lambda: stub.get_feature(point(0), **want("status", ("x-status", number))))


@check
def a_text_of_any_language_arrives(stub):
    fails(grpc.StatusCode.ABORTED, "50 % Gl\u00fcck\n\u4f60\u597d \U0001f40d", lambda: stub.get_feature(point(0), **want("text")))


@check
def a_status_that_was_set_drops_the_response(stub):
    fails(grpc.StatusCode.FAILED_PRECONDITION, "not now", lambda: stub.get_feature(point(0), **want("set")))


@check
def an_exception_is_unknown(stub):
    fails(grpc.StatusCode.UNKNOWN, "Exception calling application: boom", lambda: stub.get_feature(point(0), **want("throw")))


@check
def an_exception_within_a_stream_comes_after_what_was_sent(stub):
    call = stub.list_features(rectangle(0, 90), **want("throw"))
    same([next(call).name, next(call).name], ["feature 0", "feature 1"])
    fails(grpc.StatusCode.UNKNOWN, "Exception iterating responses: boom", lambda: next(call))


@check
def an_exception_keeps_its_text_from_clients_unless_told(_):
    with grpc.insecure_channel(given["closed"]) as channel:
        stub = Stub(channel)
        fails(grpc.StatusCode.UNKNOWN, "Exception calling application", lambda: stub.get_feature(point(0), **want("throw")))
        fails(grpc.StatusCode.UNKNOWN, "Exception iterating responses", lambda: list(stub.list_features(rectangle(0, 90), **want("throw"))))


@check
def a_failure_has_details(stub):
    error = fails(grpc.StatusCode.INVALID_ARGUMENT, "no such place", lambda: stub.get_feature(point(0), **want("details")))
    status = ErrorStatus.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    same((status.code, status.message), (3, "no such place"))
    same([d.type_url for d in status.details], ["type.googleapis.com/google.rpc.BadRequest", "type.googleapis.com/google.rpc.ErrorInfo"])
    same(BadRequest.FromString(status.details[0].value).field_violations[0].field, "latitude")


@check
def a_method_that_is_not_there_is_unimplemented(stub):
    for name in ("/routeguide.RouteGuide/GetNothing", "/routeguide.Nobody/GetFeature"):
        for kind in ("unary_unary", "unary_stream", "stream_unary", "stream_stream"):
            method = getattr(stub.channel, kind)(name)
            request = b"" if kind.startswith("unary") else iter([b"", b""])

            def called():
                result = method(request, timeout=PATIENCE)
                return list(result) if kind.endswith("stream") else result

            fails(grpc.StatusCode.UNIMPLEMENTED, "Method not found!", called)


@check
def a_request_that_is_no_message_fails_alone(stub):
    broken = stub.channel.unary_unary("/routeguide.RouteGuide/GetFeature")
    fails(grpc.StatusCode.INTERNAL, None, lambda: broken(b"\x08", timeout=PATIENCE))
    same(stub.get_feature(point(30), timeout=PATIENCE).name, "feature 3")


@check
def a_request_that_is_too_large_is_refused(stub):
    fits = RouteNote(message="a" * (4 * 1024 * 1024 - 5))
    same(len(encode(fits)), 4 * 1024 * 1024)
    same(len(next(stub.route_chat(iter([fits]), **want("length"))).message), 7)
    large = RouteNote(message="a" * (4 * 1024 * 1024 - 4))
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, None, lambda: list(stub.route_chat(iter([large]), **want("length"))))


@check
def a_response_that_is_too_large_ends_its_call_only(stub):
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, None, lambda: list(stub.list_features(rectangle(0, 0), **want("huge"))))
    same(stub.get_feature(point(30), timeout=PATIENCE).name, "feature 3")


@check
def calls_beyond_the_limit_are_told_so(_):
    with grpc.insecure_channel(given["few"]) as channel:
        stub = Stub(channel)
        call = stub.list_features(rectangle(0, 0), **want("endless"))
        next(call)
        fails(grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!", lambda: stub.get_feature(point(30), timeout=PATIENCE))
        call.cancel()

        def served():
            try:
                return stub.get_feature(point(30), timeout=PATIENCE).name == "feature 3"
            except grpc.RpcError as e:
                same(e.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)

        until("there is room again", served)


# How calls end before their time.


@check
def a_deadline_ends_the_call_and_interrupts_the_method(stub):
    began = time.monotonic()
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, None, lambda: stub.get_feature(point(0), timeout=0.2, metadata=(("want", "wait"),)))
    if time.monotonic() - began < 0.19:
        raise AssertionError("after %f s" % (time.monotonic() - began))
    ended(stub, "interrupted")


@check
def a_deadline_of_nothing_fails_at_once(stub):
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, None, lambda: stub.get_feature(point(0), timeout=0))


@check
def a_limit_of_the_server_is_a_deadline(stub):
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, None, lambda: stub.get_feature(point(0), **want("limit")))
    ended(stub, "interrupted")


@check
def a_cancelled_stream_stops(stub):
    call = stub.list_features(rectangle(0, 0), **want("endless"))
    for _ in range(3):
        next(call)
    call.cancel()
    fails(grpc.StatusCode.CANCELLED, "Locally cancelled by application!", lambda: next(call))
    ended(stub, "cancelled")


@check
def a_cancelled_unary_call_interrupts_the_method(stub):
    call = stub.get_feature.future(point(0), **want("wait"))
    ended(stub, "waiting")
    call.cancel()
    ended(stub, "interrupted")


@check
def a_lost_connection_interrupts_the_method(_):
    channel = grpc.insecure_channel(given["open"], options=(("grpc.use_local_subchannel_pool", 1),))
    call = Stub(channel).get_feature.future(point(0), **want("wait"))
    with grpc.insecure_channel(given["open"]) as other:
        ended(Stub(other), "waiting")
        channel.close()
        ended(Stub(other), "interrupted")
    del call


@check
def a_slow_reader_blocks_the_writer(stub):
    call = stub.list_features(rectangle(0, 0), **want("large"))
    same(len(next(call).name), 65536)

    def sent():
        return int(stub.get_feature(point(0), **want("sent")).name)

    seen = [-1, sent()]
    while seen[-1] != seen[-2]:
        time.sleep(0.3)
        seen.append(sent())
    if seen[-1] > 1000:
        raise AssertionError("%d messages of 64 KiB sent to one who read one" % seen[-1])
    call.cancel()
    ended(stub, "cancelled")


@check
def a_drain_cancels_what_runs_past_it(_):
    with grpc.insecure_channel(given["ends"]) as channel:
        stub = Stub(channel)
        call = stub.list_features(rectangle(0, 0), **want("headers"))
        call.initial_metadata()
        same(stub.get_feature(point(0), **want("drain")).name, "draining")
        fails(grpc.StatusCode.UNAVAILABLE, "Cancelling all calls", lambda: next(call))
        fails(grpc.StatusCode.UNAVAILABLE, None, lambda: stub.get_feature(point(30), timeout=PATIENCE))


# Compression.


def sizes(compression, what):
    """The bytes that go and come with a megabyte each way."""
    way = Counted(given["open"])
    with grpc.insecure_channel(way.target, compression=compression) as channel:
        came = list(Stub(channel).route_chat(notes("a" * 1_000_000), **want(what)))
    same([n.message for n in came], ["seen: " + "a" * 1_000_000])
    return way.sent, way.received


@check
def without_compression_all_bytes_go(_):
    sent, received = sizes(grpc.Compression.NoCompression, "chat")
    if sent < 1_000_000 or received < 1_000_000:
        raise AssertionError((sent, received))


@check
def requests_are_compressed(_):
    sent, received = sizes(grpc.Compression.Gzip, "chat")
    if sent > 100_000 or received < 1_000_000:
        raise AssertionError((sent, received))


@check
def responses_are_compressed(_):
    sent, received = sizes(grpc.Compression.NoCompression, "gzip")
    if sent < 1_000_000 or received > 100_000:
        raise AssertionError((sent, received))


@check
def both_are_compressed(_):
    sent, received = sizes(grpc.Compression.Gzip, "gzip")
    if sent > 100_000 or received > 100_000:
        raise AssertionError((sent, received))


@check
def a_compressed_request_that_grows_too_large_is_refused(_):
    with grpc.insecure_channel(given["open"], compression=grpc.Compression.Gzip) as channel:
        call = Stub(channel).route_chat(notes("a" * 50_000_000), **want("length"))
        fails(grpc.StatusCode.RESOURCE_EXHAUSTED, None, lambda: list(call))


@check
def compression_that_is_unknown_here_is_unimplemented(_):
    with grpc.insecure_channel(given["open"], compression=grpc.Compression.Deflate) as channel:
        fails(grpc.StatusCode.UNIMPLEMENTED, None, lambda: list(Stub(channel).route_chat(notes("a" * 1000), **want("chat"))))


# What stands beside the services.


@check
def the_health_service_answers(stub):
    method = stub.channel.unary_unary("/grpc.health.v1.Health/Check", encode, HealthResponse.FromString)
    same(method(HealthRequest(service=""), timeout=PATIENCE).status, 1)
    fails(grpc.StatusCode.NOT_FOUND, None, lambda: method(HealthRequest(service="nobody"), timeout=PATIENCE))


@check
def tls_with_certificates_of_both_sides(_):
    def read(name):
        with open(given[name], "rb") as f:
            return f.read()

    credentials = grpc.ssl_channel_credentials(read("authority"), read("key"), read("chain"))
    with grpc.secure_channel(given["tls"], credentials) as channel:
        same(Stub(channel).get_feature(point(30), timeout=PATIENCE).name, "feature 3")
    with grpc.secure_channel(given["tls"], grpc.ssl_channel_credentials(read("authority"))) as channel:
        fails(grpc.StatusCode.UNAVAILABLE, None, lambda: Stub(channel).get_feature(point(30), timeout=PATIENCE))


def main():
    for function in checks:
        with grpc.insecure_channel(given["open"]) as channel:
            try:
                function(Stub(channel))
                say("ok " + function.__name__)
            except Exception as e:  # any failure is this check's own
                lines = [frame.lineno for frame in traceback.extract_tb(e.__traceback__)[1:]]
                say("no %s: %s, lines %s" % (function.__name__, " ".join(repr(e).split()), lines))
    say("end")


main()
