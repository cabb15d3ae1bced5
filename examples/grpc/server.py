"""The document's server.py, of try.proto: python3 server.py [PORT]"""
import sys
from concurrent import futures

import grpc

import try_pb2
import try_pb2_grpc


class TryServicer(try_pb2_grpc.TryServicer):
    def FuncClient(self, request, context):
        return try_pb2.ServerData(value=f"value: {list(request.IntArr)}")


def serve(port):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
    try_pb2_grpc.add_TryServicer_to_server(TryServicer(), server)
    server.add_insecure_port(f"[::]:{port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve(sys.argv[1] if len(sys.argv) > 1 else 50051)
