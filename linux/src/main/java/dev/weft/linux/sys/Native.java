package dev.weft.linux.sys;

import java.lang.System.Logger.Level;
import java.util.Optional;

import dev.weft.net.support.SafeLog;

/** Whether this machine can make the system calls; found out once, at the first question. */
public final class Native {
    private static final SafeLog LOG = SafeLog.of("dev.weft.linux");
    private static final class Known {
        static final Optional<String> REASON = probe();
    }

    private Native() {}

    /** Why not; empty when they can. */
    public static Optional<String> unavailable() {
        return Known.REASON;
    }

    private static Optional<String> probe() {
        var system = System.getProperty("os.name", "");
        var architecture = System.getProperty("os.arch", "");
        if (!system.equals("Linux")) {
            return Optional.of("it needs Linux, and this is " + system);
        }
        if (!architecture.equals("amd64") && !architecture.equals("aarch64")) {
            return Optional.of("it knows the system calls of x86-64 and arm64, and this is " + architecture);
        }
        try {
            Libc.close(Libc.epoll());
            return Optional.empty();
        } catch (SystemException e) {
            // That there are none left now says nothing about the calls; whoever wants one is told.
            return isShortage(e.errno()) ? Optional.empty() : Optional.of(logged(reason(e)));
        } catch (ExceptionInInitializerError | Exception e) {
            return Optional.of(logged(reason(e)));
        } catch (LinkageError e) {
            return Optional.of(logged("the C library lacks a function: " + e.getMessage()));
        }
    }

    private static boolean isShortage(int errno) {
        return errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM;
    }

    private static String reason(Throwable failure) {
        if (failure instanceof ExceptionInInitializerError && failure.getCause() instanceof IllegalCallerException) {
            return "native access is not allowed: start Java with --enable-native-access=dev.weft.linux (on the class path: ALL-UNNAMED)";
        }
        return String.valueOf(failure instanceof ExceptionInInitializerError && failure.getCause() != null ? failure.getCause() : failure);
    }

    /** Unlike a wrong operating system, this can be put right by the user. */
    private static String logged(String reason) {
        LOG.log(Level.WARNING, () -> "the native transport can't be used, the portable one serves: " + reason);
        return reason;
    }
}
