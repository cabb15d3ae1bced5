"""A GBK chat server on bare sockets, of the original's shape: one read is one message, sent to all with stamp and address."""
import datetime
import socket
import threading

clients = {}
lock = threading.Lock()


def talk(peer, address):
    while (data := peer.recv(1024)) and data != b"quit":
        text = "[{:%F %T}] {}:{} {}".format(datetime.datetime.now(), *address, data.decode("gbk"))
        with lock:
            for each in clients.values():
                each.send(text.encode("gbk"))
    with lock:
        clients.pop(address).close()
    print("left", address[1], flush=True)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    newcomer, where = listener.accept()
    with lock:
        clients[where] = newcomer
    threading.Thread(target=talk, args=(newcomer, where), daemon=True).start()
