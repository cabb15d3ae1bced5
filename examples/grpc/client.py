"""The document's client.py, of try.proto: python3 client.py [PORT]"""
import sys

import grpc

import try_pb2
import try_pb2_grpc


def run(port):
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        stub = try_pb2_grpc.TryStub(channel)
        request = try_pb2.ClientData(interval=1, var1=True, IntArr=[2, 3])
        response = stub.FuncClient(request, timeout=30, wait_for_ready=True)
        print(response.value)


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else 50051)
