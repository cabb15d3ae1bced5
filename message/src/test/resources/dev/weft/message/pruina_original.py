"""One end of the document's first example, on Pruina-Socket itself, which must be on PYTHONPATH.

    pruina_original.py server               binds a free port, prints "port N", answers each "client msg" with "server response"
    pruina_original.py client PORT TEXT...  sends each text as a "client msg" when the last has been answered, prints the responses
"""
import os
import sys
import threading


def say(text):
    print(text, flush=True)


def serve():
    from pruina.socket.server import PruinaSocketServer

    def heard(word, handler=None, **_):
        say("%s: get '%s'" % (handler.server_name, word.decode()))
        handler.send("server response", word)

    server = PruinaSocketServer(host="127.0.0.1", port=0)
    server.hooks.add_hook("client msg", heard)
    say("port %d" % server.server.server_address[1])
    server.serve_forever()


def call(port, texts):
    from pruina.socket.client import PruinaSocketClient

    answered = threading.Semaphore(0)

    def heard(word, handler=None, **_):
        say("%s: get '%s'" % (handler.name, word.decode()))
        answered.release()

    client = PruinaSocketClient(host="127.0.0.1", port=port)
    client.hooks.add_hook("server response", heard)
    client.connect()
    for text in texts:
        client.send("client msg", text.encode())
        if not answered.acquire(timeout=20):
            say("client: no answer to '%s'" % text)
            os._exit(1)
    say("client: the end")
    os._exit(0)  # its reader is no daemon and would wait for the server to end


if sys.argv[1] == "server":
    serve()
else:
    call(int(sys.argv[2]), sys.argv[3:])
