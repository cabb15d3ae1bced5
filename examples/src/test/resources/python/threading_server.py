"""socketserver 5.3 and EchoHandler: python3 threading_server.py PORT named|echo"""
import socketserver
import sys
import threading


class Named(socketserver.BaseRequestHandler):
    def handle(self):
        data = str(self.request.recv(1024), "ascii")
        self.request.sendall(bytes(f"{threading.current_thread().name}: {data}", "ascii"))


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            data = self.request.recv(1024)
            if not data or data == b"quit":
                break
            self.request.sendall(b"### " + data + b" ###")


socketserver.ThreadingTCPServer.daemon_threads = True
handler = {"named": Named, "echo": Echo}[sys.argv[2]]
with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), handler) as server:
    print("ready", flush=True)
    server.serve_forever()
