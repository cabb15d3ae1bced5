package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Address;

/** A request on its way to a worker: what is handed over, and what is kept of it until the worker has reported. */
interface Parcel {
    /** Whose it is. */
    Address remote();

    /** Hands it over. May be tried again with another worker when that fails, as nothing of it was used. */
    void handTo(Worker worker, int job) throws IOException;

    /** Drops the connection for whoever serves it. */
    void drop();

    /** The worker has reported, or ended: nothing of it is needed any more. */
    void served();
}
