"""A GBK chat client on bare sockets: says what its lines say, prints what one read brings, ends with its input."""
import socket
import sys
import threading

peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))


def listen():
    while data := peer.recv(1024):
        print(data.decode("gbk"), flush=True)
    print("end", flush=True)


ears = threading.Thread(target=listen)
ears.start()
print("port", peer.getsockname()[1], flush=True)
for line in sys.stdin:
    peer.send(line.rstrip("\n").encode("gbk"))
ears.join()
