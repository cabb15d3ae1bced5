"""socketserver 5.1: python3 tcp_server.py PORT recv|readline [requests]"""
import socketserver
import sys


class Recv(socketserver.BaseRequestHandler):
    def handle(self):
        data = self.request.recv(1024).strip()
        print(self.client_address[0], "wrote:", flush=True)
        print(data, flush=True)
        self.request.sendall(data.upper())


class Readline(socketserver.StreamRequestHandler):
    def handle(self):
        data = self.rfile.readline().strip()
        print(self.client_address[0], "wrote:", flush=True)
        print(data, flush=True)
        self.wfile.write(data.upper())


handler = {"recv": Recv, "readline": Readline}[sys.argv[2]]
with socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), handler) as server:
    print("ready", flush=True)
    server.serve_forever()
