package dev.weft.net.support;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * What is drained before the process exits, where the order counts: an {@link ExitHook} for the parts of pipelines. All of one stage drain side by
 * side, and each stage waits for the one before it, so nothing is closed that something earlier still puts messages into.
 */
public final class ExitStages {
    private static final Map<Stage, Set<ExitStages>> INSTALLED = new EnumMap<>(Stage.class);
    private static @Nullable ExitHook hook;

    private final Stage stage;
    private final String name;
    private final BooleanSupplier drain;

    /** Where something stands in a pipeline. */
    public enum Stage {
        /** Messages come in here. */
        INTAKE,
        /** They are worked on. */
        WORK,
        /** They leave. */
        OUTLET
    }

    private ExitStages(Stage stage, String name, BooleanSupplier drain) {
        this.stage = stage;
        this.name = name;
        this.drain = drain;
    }

    /**
     * Has something drained when the process exits.
     *
     * @param name of the thread that drains
     * @param drain true when nothing was interrupted; what it throws counts as false; called once at most
     */
    public static ExitStages install(Stage stage, String name, BooleanSupplier drain) {
        var installed = new ExitStages(stage, name, drain);
        synchronized (INSTALLED) {
            INSTALLED.computeIfAbsent(stage, s -> new LinkedHashSet<>()).add(installed);
            if (hook == null) {
                hook = ExitHook.install("weft-exit-stages", ExitStages::drainAll);
            }
        }
        return installed;
    }

    /** Takes it back; no effect when it has been taken back. */
    public void remove() {
        synchronized (INSTALLED) {
            var same = INSTALLED.get(stage);
            if (same != null) {
                same.remove(this);
            }
            if (hook != null && INSTALLED.values().stream().allMatch(Set::isEmpty)) {
                hook.remove();
                hook = null;
            }
        }
    }

    private static boolean drainAll() {
        var clean = true;
        for (var stage : Stage.values()) {
            var drains = new ArrayList<FutureTask<Boolean>>();
            for (var installed : all(stage)) {
                var task = new FutureTask<>(installed.drain::getAsBoolean);
                drains.add(task);
                Thread.ofPlatform().name(installed.name).start(task);
            }
            for (var task : drains) {
                clean &= wasClean(task);
            }
        }
        return clean;
    }

    private static List<ExitStages> all(Stage stage) {
        synchronized (INSTALLED) {
            return List.copyOf(INSTALLED.getOrDefault(stage, Set.of()));
        }
    }

    private static boolean wasClean(FutureTask<Boolean> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
