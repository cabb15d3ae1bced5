"""Writes NAME_pb2.py and NAME_pb2_grpc.py, as protoc with gRPC's plugin would, for a machine that has neither: stubs.py DESCRIPTORS FOLDER

DESCRIPTORS is what protoc's --descriptor_set_out wrote; the files have messages and services, and import nothing.
"""

import os
import sys

from google.protobuf import descriptor_pb2

MESSAGES = '''from google.protobuf import descriptor_pool
from google.protobuf.internal import builder

DESCRIPTOR = descriptor_pool.Default().AddSerializedFile({bytes!r})
builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, {module!r}, globals())
'''

SERVICES = '''import grpc

import {module}

'''

SERVICE = '''
class {name}Servicer:
    pass


class {name}Stub:
    def __init__(self, channel):
{stubs}

def add_{name}Servicer_to_server(servicer, server):
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler({full!r}, {{
{handlers}    }}),))

'''

STUB = '''        self.{rpc} = channel.{kind}("/{full}/{rpc}", request_serializer={request}.SerializeToString,
                                    response_deserializer={response}.FromString)
'''

HANDLER = '''        "{rpc}": grpc.{kind}_rpc_method_handler(servicer.{rpc}, request_deserializer={request}.FromString,
                                                response_serializer={response}.SerializeToString),
'''


def kind(method):
    return "_".join("stream" if streams else "unary" for streams in (method.client_streaming, method.server_streaming))


def write(file, folder):
    module = os.path.splitext(os.path.basename(file.name))[0] + "_pb2"
    with open(os.path.join(folder, module + ".py"), "w", encoding="utf-8") as out:
        out.write(MESSAGES.format(bytes=file.SerializeToString(), module=module))
    with open(os.path.join(folder, module + "_grpc.py"), "w", encoding="utf-8") as out:
        out.write(SERVICES.format(module=module))
        for service in file.service:
            full = file.package + "." + service.name
            methods = [{"rpc": m.name, "full": full, "kind": kind(m), "request": module + "." + m.input_type.split(".")[-1],
                        "response": module + "." + m.output_type.split(".")[-1]} for m in service.method]
            out.write(SERVICE.format(name=service.name, full=full, stubs="".join(STUB.format(**m) for m in methods),
                                     handlers="".join(HANDLER.format(**m) for m in methods)))


with open(sys.argv[1], "rb") as descriptors:
    for each in descriptor_pb2.FileDescriptorSet.FromString(descriptors.read()).file:
        write(each, sys.argv[2])
