package dev.weft.workers;

import java.io.IOException;

import dev.weft.net.Server;

/** A server with worker processes, as a process that a test may kill; it prints where it is. */
final class WorkerParent {
    private WorkerParent() {}

    static void main() throws IOException {
        var server = Server.tcp("localhost", 0).concurrency(Workforce.workers(3)).open(WorkerHandlers.Obedient.class).start();
        System.out.println(server.address());
    }
}
