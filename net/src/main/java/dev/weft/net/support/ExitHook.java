package dev.weft.net.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.weft.net.DrainReport;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What is drained before the process exits.
 *
 * <p>The first SIGTERM or SIGINT drains all that is installed, side by side, then exits: with 0 when nothing was interrupted, otherwise with 128
 * and the signal's number. A second one ends the process at once. When the JVM exits in another way ({@code System.exit}, SIGHUP), a shutdown
 * hook drains the same, and the exit code stays what it is.
 *
 * <p>A signal that the process was started to ignore, or that the program handles itself, stays with its handler. Where there are no signals
 * (Windows has INT alone, {@code -Xrs} none), the shutdown hook is left. sun.misc.Signal stays in the JDK for want of another way (JEP 260).
 */
public final class ExitHook {
    private static final List<String> SIGNALS = List.of("TERM", "INT");
    /** What the caller of a serve method may take for what comes after it. */
    private static final int LAST_WORDS_MILLIS = 1_000;

    private static final Object LOCK = new Object();
    private static final Set<ExitHook> INSTALLED = new LinkedHashSet<>();
    private static final Map<Signal, SignalHandler> BEFORE = new LinkedHashMap<>();
    private static @Nullable Thread shutdownHook;
    /** The process is going down, by a signal or otherwise. */
    private static boolean exiting;
    private static boolean signalled;
    private static boolean disabled;
    private static volatile boolean jvmExits;

    private final String name;
    private final FutureTask<Boolean> drain;
    private final @Nullable Thread caller;

    private ExitHook(String name, BooleanSupplier drain, @Nullable Thread caller) {
        this.name = name;
        this.drain = new FutureTask<>(drain::getAsBoolean);
        this.caller = caller;
    }

    /**
     * Has something drained when the process exits.
     *
     * @param name of the thread that drains
     * @param drain true when nothing was interrupted; what it throws counts as false; called once at most
     */
    public static ExitHook install(String name, BooleanSupplier drain) {
        return new ExitHook(name, drain, null).install();
    }

    /**
     * The same, for one whose {@code caller} goes on when it has drained: after a signal the process waits up to a second for the end of that
     * thread.
     */
    public static ExitHook install(String name, BooleanSupplier drain, Thread caller) {
        return new ExitHook(name, drain, caller).install();
    }

    /**
     * Has something drained, and its report shown, when the process exits; it counts as interrupted unless the report is clean.
     *
     * @param caller as for {@link #install(String, BooleanSupplier, Thread)}; null when there is none
     * @return takes it back, as {@link #remove} does
     */
    public static Runnable draining(String name, Supplier<DrainReport> drain, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        return new ExitHook(name, () -> {
            var report = drain.get();
            show.accept(report);
            return report.clean();
        }, caller).install()::remove;
    }

    private ExitHook install() {
        synchronized (LOCK) {
            if (exiting || disabled) {
                return this; // what is asked to end begins nothing
            }
            if (INSTALLED.isEmpty()) {
                listen();
            }
            INSTALLED.add(this);
        }
        return this;
    }

    /** Installs nothing from now on: for a worker process, which its parent ends. */
    public static void disable() {
        synchronized (LOCK) {
            disabled = true;
        }
    }

    /** Takes it back; no effect when it has been taken back, or while the process exits. */
    public void remove() {
        synchronized (LOCK) {
            if (!exiting && INSTALLED.remove(this) && INSTALLED.isEmpty()) {
                stopListening();
            }
        }
    }

    /** Whether this thread is inside {@code System.exit}, from which it does not return: no thread should wait for it. */
    public static boolean exiting(Thread thread) {
        if (jvmExits) {
            for (var frame : thread.getStackTrace()) {
                if (frame.getClassName().equals("java.lang.Shutdown")
                        || (frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void listen() {
        var hook = Thread.ofPlatform().name("weft-exit").unstarted(() -> {
            jvmExits = true;
            drainAll();
        });
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is going down already
        }
        shutdownHook = hook;
        for (var name : SIGNALS) {
            try {
                var signal = new Signal(name);
                var before = Signal.handle(signal, ExitHook::signalled);
                if (before.getClass().getModule() == Signal.class.getModule()) {
                    BEFORE.put(signal, before);
                } else {
                    Signal.handle(signal, before); // the program's own
                }
            } catch (IllegalArgumentException e) {
                // No such signal here, or the JVM leaves it alone (-Xrs).
            }
        }
    }

    private static void stopListening() {
        BEFORE.forEach(Signal::handle);
        BEFORE.clear();
        if (shutdownHook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(shutdownHook);
            } catch (IllegalStateException e) {
                // It runs, and finds nothing to drain.
            }
            shutdownHook = null;
        }
    }

    private static void signalled(Signal signal) {
        synchronized (LOCK) {
            if (!signalled) {
                signalled = true;
                if (exiting) {
                    return; // what the signal asks for is under way
                }
                exiting = true;
                // Not a daemon: when all others have ended, the exit code is still to be told.
                Thread.ofPlatform().daemon(false).name("weft-exit-" + signal.getName()).start(() -> {
                    var clean = drainAll();
                    awaitCallers();
                    System.exit(clean ? 0 : 128 + signal.getNumber());
                });
                return;
            }
        }
        Runtime.getRuntime().halt(128 + signal.getNumber());
    }

    /** Drains all, each once, however often it is called; true when all were clean. */
    private static boolean drainAll() {
        List<ExitHook> all;
        synchronized (LOCK) {
            exiting = true;
            all = new ArrayList<>(INSTALLED);
        }
        all.forEach(hook -> Thread.ofPlatform().daemon(false).name(hook.name).start(hook.drain));
        var clean = true;
        for (var hook : all) {
            clean &= hook.wasClean();
        }
        return clean;
    }

    private boolean wasClean() {
        try {
            return drain.get();
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void awaitCallers() {
        List<ExitHook> all;
        synchronized (LOCK) {
            all = new ArrayList<>(INSTALLED);
        }
        try {
            for (var hook : all) {
                if (hook.caller != null) {
                    hook.caller.join(LAST_WORDS_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
