"""socketserver 5.2: python3 udp_server.py PORT"""
import socketserver
import sys


class Upper(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        data = data.strip()
        print(self.client_address[0], "wrote:", flush=True)
        print(data, flush=True)
        sock.sendto(data.upper(), self.client_address)


with socketserver.UDPServer(("127.0.0.1", int(sys.argv[1])), Upper) as server:
    print("ready", flush=True)
    server.serve_forever()
