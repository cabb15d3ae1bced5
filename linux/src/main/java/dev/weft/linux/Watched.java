package dev.weft.linux;

/** What the kernel reports events about: one descriptor for its whole life. */
abstract class Watched {
    private int generation;

    /** What happened, in epoll's bits; on any thread, and quick. */
    abstract void ready(int events);

    final int generation() {
        return generation;
    }

    /** Before it is watched. */
    final void generation(int generation) {
        this.generation = generation;
    }
}
