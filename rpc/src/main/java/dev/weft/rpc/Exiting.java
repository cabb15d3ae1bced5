package dev.weft.rpc;

/** Whether a thread has asked the JVM to exit, and waits for that inside {@code System.exit}: who waits for it would wait for itself. */
final class Exiting {
    private Exiting() {}

    static boolean is(Thread thread) {
        for (var frame : thread.getStackTrace()) {
            if (frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }
}
