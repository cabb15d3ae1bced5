package dev.weft.queue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The threads of one link, all virtual. */
final class LinkThreads {
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private final String name;

    LinkThreads(String name) {
        this.name = name;
    }

    /** One more, to be started. */
    Thread unstarted(String what, Runnable task) {
        return Thread.ofVirtual().name("weft-" + name + what).unstarted(() -> {
            running.add(Thread.currentThread());
            try {
                task.run();
            } finally {
                running.remove(Thread.currentThread());
            }
        });
    }

    /** Whether the calling thread is one of them: then it must not wait for the link's end. */
    boolean areWe() {
        return running.contains(Thread.currentThread());
    }

    /** Interrupts one of them and waits for its end; an interrupt of the calling thread stays set and changes nothing. */
    static void end(Thread thread) {
        thread.interrupt();
        joinWithoutFail(thread);
    }

    /** Waits for a thread that ends soon; an interrupt stays set and changes nothing. */
    static void joinWithoutFail(Thread thread) {
        var interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
