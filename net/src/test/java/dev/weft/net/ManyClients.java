package dev.weft.net;

import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A program: {@code ManyClients PORT CONNECTIONS TALKING ROUNDS} opens so many connections, has the first of them talk, says "open" and waits
 * for a line on its standard input before it closes them. The clients of {@link ManyConnectionsTest}, whose descriptors are their own.
 */
final class ManyClients {
    private ManyClients() {}

    public static void main(String[] args) throws Exception {
        var port = Integer.parseInt(args[0]);
        var talking = Integer.parseInt(args[2]);
        var rounds = Integer.parseInt(args[3]);
        var connections = new ArrayList<Connection>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            connections.add(Connection.to("127.0.0.1", port).open());
        }
        System.out.println("open");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var talks = new ArrayList<Future<Integer>>();
            for (var c : connections.subList(0, talking)) {
                talks.add(threads.submit(() -> talk(c, rounds)));
            }
            var answers = 0;
            for (var talk : talks) {
                answers += talk.get();
            }
            System.out.println("answers " + answers);
        }
        System.in.read();
        for (var c : connections) {
            c.close();
        }
    }

    private static int talk(Connection c, int rounds) throws Exception {
        for (int i = 0; i < rounds; i++) {
            var said = "connection " + c.id() + " round " + i;
            c.send(said + "\n");
            var answer = c.readLine();
            if (!answer.equals("you said " + said)) {
                throw new AssertionError("wrong answer: " + answer);
            }
        }
        return rounds;
    }
}
