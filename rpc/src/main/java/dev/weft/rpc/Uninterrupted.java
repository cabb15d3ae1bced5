package dev.weft.rpc;

/** Waits that an interrupt does not shorten; it stays set. */
final class Uninterrupted {
    private Uninterrupted() {}

    /** What waits, and can be begun again. */
    interface Wait {
        void run() throws InterruptedException;
    }

    static void run(Wait wait) {
        var interrupted = false;
        while (true) {
            try {
                wait.run();
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
