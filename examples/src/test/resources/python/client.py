"""The clients of socketserver 5.1 and 5.2, which print what came as hexadecimal digits too.

python3 client.py tcp|udp PORT hex...    each message on its own, one answer to each
python3 client.py talk PORT hex...       one connection; each message is answered before the next is sent
"""
import socket
import sys

how, address = sys.argv[1], ("127.0.0.1", int(sys.argv[2]))
messages = [bytes.fromhex(a) for a in sys.argv[3:]]


def show(received):
    print(received.hex(), flush=True)


if how == "udp":
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(20)
    for message in messages:
        sock.sendto(message, address)
        show(sock.recv(65535))
elif how == "tcp":
    for message in messages:
        with socket.create_connection(address, timeout=20) as sock:
            sock.sendall(message)
            show(sock.makefile("rb").read())
else:
    with socket.create_connection(address, timeout=20) as sock:
        for message in messages:
            sock.sendall(message)
            show(sock.recv(1024))
