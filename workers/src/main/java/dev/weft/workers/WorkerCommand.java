package dev.weft.workers;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.weft.linux.sys.Native;
import dev.weft.net.spi.WorkerSettings;

/** The command line of a worker's JVM: this JVM's Java, class path and modules, and options for a small process. */
final class WorkerCommand {
    private static final String MAIN = WorkerMain.class.getName();
    /** A worker that serves no more requests than this ends before the second compiler would pay. */
    private static final int SHORT_LIFE = 100;
    /** The options that choose a collector; a JVM takes one of them only. */
    private static final String[] COLLECTORS = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC", "-XX:+UseZGC", "-XX:+UseShenandoahGC",
            "-XX:+UseEpsilonGC"};
    /** The environment variables in which java(1) and the JVM find more options. */
    private static final String[] VARIABLES = {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"};

    private WorkerCommand() {}

    static ProcessBuilder of(WorkerSettings settings, Path socket) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (!namesCollector(settings.processes().jvmOptions(), System.getenv())) {
            command.add("-XX:+UseSerialGC");
        }
        // The worker shares this process's standard output, so the JVM's own messages go to standard error. An inherited cache of classes that does
        // not fit is passed over in silence.
        command.addAll(List.of("-XX:+DisplayVMOutputToStderr", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Xlog:aot=off",
                "-Xlog:cds=off"));
        if (settings.processes().requestsPerChild() <= SHORT_LIFE) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(InheritedOptions.ofThisProcess(WorkerCommand.class.getModule().isNamed()));
        command.addAll(settings.processes().jvmOptions());
        var classPath = classPath(settings.handler());
        var module = WorkerCommand.class.getModule();
        if (!classPath.isEmpty()) {
            command.addAll(List.of("-cp", classPath));
        }
        if (module.isNamed()) {
            var modulePath = System.getProperty("jdk.module.path", "");
            if (!modulePath.isEmpty()) { // an image of jlink(1) has none
                command.addAll(List.of("-p", modulePath));
            }
            command.addAll(List.of("--add-modules", modules(), "--enable-native-access=" + Native.class.getModule().getName(), "-m",
                    module.getName() + "/" + MAIN));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", MAIN));
        }
        command.add(socket.toString());
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT);
    }

    /** Whether the workers get a collector by an option or by the environment that they inherit. */
    static boolean namesCollector(List<String> options, Map<String, String> environment) {
        for (var collector : COLLECTORS) {
            if (options.contains(collector) || environmentNames(collector, environment)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the workers get such an option by the environment that they inherit. */
    static boolean environmentNames(String option, Map<String, String> environment) {
        for (var variable : VARIABLES) {
            if (environment.getOrDefault(variable, "").contains(option)) {
                return true;
            }
        }
        return false;
    }

    /** All modules of this JVM but the JDK's: the worker has one handler, and what that needs is not known. */
    private static String modules() {
        var names = new ArrayList<String>();
        for (var module : ModuleLayer.boot().configuration().modules()) {
            if (!module.name().startsWith("java.") && !module.name().startsWith("jdk.")) {
                names.add(module.name());
            }
        }
        return String.join(",", names);
    }

    /**
     * This JVM's class path, and that of the handler's own class loader.
     *
     * @throws IllegalArgumentException when another JVM can't load the class
     */
    static String classPath(Class<?> handler) {
        var entries = new ArrayList<String>();
        var own = System.getProperty("java.class.path", "");
        if (!own.isEmpty()) {
            entries.add(own);
        }
        for (var loader = handler.getClassLoader(); loader != null && loader != ClassLoader.getSystemClassLoader(); loader = loader.getParent()) {
            if (loader == ClassLoader.getPlatformClassLoader()) {
                break;
            }
            if (!(loader instanceof URLClassLoader known) || !loader.getClass().getName().equals(URLClassLoader.class.getName())) {
                throw new IllegalArgumentException("a worker process can't load " + handler.getName() + ", as its class loader, " + loader
                        + ", exists in this JVM only: compile the class and put it on the class path");
            }
            add(entries, known, handler);
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void add(List<String> entries, URLClassLoader loader, Class<?> handler) {
        for (var url : loader.getURLs()) {
            try {
                entries.add(Path.of(url.toURI()).toString());
            } catch (URISyntaxException | RuntimeException e) {
                throw new IllegalArgumentException("a worker process can't load " + handler.getName() + " from " + url
                        + ": its class path must be of local files and folders", e);
            }
        }
    }
}
