package dev.weft.linux.poll;

/** Receives the events of one descriptor, from its registration to its close. */
public abstract class Watched {
    private int generation;

    /** An event has come, with epoll's bits. May run on any thread, and must return quickly. */
    public abstract void ready(int events);

    final int generation() {
        return generation;
    }

    /** To be called before it is watched. */
    final void generation(int generation) {
        this.generation = generation;
    }
}
