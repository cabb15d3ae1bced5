"""stream.py [PORT]: receives CR LF lines from one client after the other in the shape of socketlib: a thread that reads 1,024 bytes at a time,
splits them and puts each message into a queue.Queue, and one that takes them out. Ends with its standard input."""
import os
import queue
import socket
import sys
import threading

received = queue.Queue(1024)


def receive(listener):
    while True:
        client, _ = listener.accept()
        buffer = b""
        while data := client.recv(1024):
            buffer += data
            while (end := buffer.find(b"\r\n")) >= 0:
                received.put(buffer[:end])
                buffer = buffer[end + 2:]
        client.close()


def consume():
    while True:
        received.get()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
threading.Thread(target=receive, args=(listener,), daemon=True).start()
threading.Thread(target=consume, daemon=True).start()
print("listening", listener.getsockname()[1], flush=True)
sys.stdin.read()
os._exit(0)
