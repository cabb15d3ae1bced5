"""The messages and methods of the tests, from the descriptors that the test wrote."""

import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Messages:
    """Classes of messages by their full names. Works with protobuf 3.21 and up: how classes are made has changed in between."""

    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as f:
            files.ParseFromString(f.read())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.AddSerializedFile(file.SerializeToString())

    def __getitem__(self, name):
        descriptor = self._pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self._pool).GetPrototype(descriptor)


def encode(message):
    return message.SerializeToString()


def say(line):
    """A line that the test reads at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
