package dev.weft.linux.poll;

/** What the kernel reports events about: one descriptor for its whole life. */
public abstract class Watched {
    private int generation;

    /** What happened, in epoll's bits; on any thread, and quick. */
    public abstract void ready(int events);

    final int generation() {
        return generation;
    }

    /** Before it is watched. */
    final void generation(int generation) {
        this.generation = generation;
    }
}
