package dev.weft.cli;

import java.io.IOException;
import java.time.Duration;

import dev.weft.net.Connection;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;

/** A handler whose request lasts until its client sends a line, and a program that serves it. */
public final class Stubborn implements Handler {
    @Override
    public void handle(Connection c) throws IOException {
        c.send("served\n");
        c.receive(100); // within a message, so that a drain waits for it
        c.send("bye\n");
    }

    /** Prints its port, serves, prints that it is over. */
    public static void main(String[] args) throws IOException {
        Server.tcp("127.0.0.1", 0).grace(Duration.ofHours(1)).observer(new ServerObserver() {
            @Override
            public void opened(Server server) {
                System.out.println(server.port());
            }
        }).serve(Stubborn.class);
        System.out.println("over");
    }
}
