package dev.weft.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;

/**
 * A server's pipe to the runner: says where it listens, answers {@code heap} with the bytes in use after a full collection and {@code allocated} with
 * those that all threads have ever asked for, and ends the process when the pipe ends, so that no server outlives a runner that was killed.
 */
final class Control {
    /** A second collection frees what the first one only found out to be unreachable: references cleared, buffers to be cleaned. */
    private static final int COLLECTIONS = 2;

    private Control() {}

    /** The port to listen on: the first argument; 0 picks one. */
    static int port(String[] args) {
        return args.length > 0 ? Integer.parseInt(args[0]) : 0;
    }

    /** The argument at this place, or what it is when there is none. */
    static String argument(String[] args, int index, String otherwise) {
        return args.length > index ? args[index] : otherwise;
    }

    /** Called once the server listens; does not return. */
    static void serve(int port) throws IOException {
        say("listening " + port);
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command; (command = commands.readLine()) != null;) {
            say(switch (command) {
                case "heap" -> "heap " + heapInUse();
                case "allocated" -> "allocated " + ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
                default -> "unknown command " + command;
            });
        }
        System.exit(0);
    }

    private static long heapInUse() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
