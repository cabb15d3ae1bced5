package dev.weft.rpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Everything this module logs, in one place: nothing of it on a hot path. */
final class Log {
    private Log() {}

    private static Logger logger() {
        return System.getLogger("dev.weft.rpc");
    }

    static void callFailed(Call call, Throwable failure) {
        logger().log(Level.ERROR, () -> call.method() + " called by " + call.peer() + " threw", failure);
    }

    static void observerFailed(String event, Throwable failure) {
        logger().log(Level.ERROR, () -> "an RpcObserver threw in " + event, failure);
    }

    static void closeFailed(String what, Throwable failure) {
        logger().log(Level.WARNING, () -> "closing " + what + " failed; something of it may be left", failure);
    }
}
