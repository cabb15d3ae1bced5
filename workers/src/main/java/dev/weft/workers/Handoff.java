package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;

/** What is handed to a worker for one request, and what the server keeps of it until the worker has reported. */
interface Handoff {
    /** The peer. */
    Address remote();

    /** Hands the request to a worker. When this fails the worker has nothing of it, so it may be handed to another one. */
    void handTo(Worker worker, int id) throws IOException;

    /** Resets the connection, whichever process serves it. */
    void drop();

    /** Releases all that was kept: the worker has reported or ended. */
    void served();
}
