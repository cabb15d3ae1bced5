package dev.weft.linux;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.spi.WorkerSettings;

/** How a worker's JVM is started: this JVM's Java, class path and modules, and a heap and collector for a small process. */
final class WorkerCommand {
    private static final String MAIN = WorkerMain.class.getName();
    /** Up to so many requests a process never lives long enough for the second compiler. */
    private static final int SHORT_LIFE = 100;
    /** What this JVM was started with and its workers need too: the opened packages, and the cache of loaded classes. */
    private static final String[] INHERITED = {"--enable-preview", "--add-opens=", "--add-exports=", "--add-reads=", "-XX:AOTCache=",
            "-XX:SharedArchiveFile="};

    private WorkerCommand() {}

    static ProcessBuilder of(WorkerSettings settings, Path socket) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Should an inherited cache of classes not fit, the worker starts without it, and its standard output, which is ours, stays clean.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Xlog:aot=off", "-Xlog:cds=off"));
        if (settings.processes().requestsPerChild() <= SHORT_LIFE) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        inherited(command);
        command.addAll(settings.processes().jvmOptions());
        var classPath = classPath(settings.handler());
        var module = WorkerCommand.class.getModule();
        if (!classPath.isEmpty()) {
            command.addAll(List.of("-cp", classPath));
        }
        if (module.isNamed()) {
            command.addAll(List.of("-p", System.getProperty("jdk.module.path", ""), "--add-modules", modules(),
                    "--enable-native-access=" + module.getName(), "-m", module.getName() + "/" + MAIN));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", MAIN));
        }
        command.add(socket.toString());
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT);
    }

    /** The system knows how this process was started; the JDK's own way to ask needs another module. */
    private static void inherited(List<String> command) {
        try {
            for (var argument : Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1).split("\0", -1)) {
                for (var prefix : INHERITED) {
                    if (argument.startsWith(prefix)) {
                        command.add(argument);
                    }
                }
            }
        } catch (IOException e) {
            // Without /proc a worker starts a little slower.
        }
    }

    /** All that is not the JDK's: the worker has one handler, but nobody knows what that one needs. */
    private static String modules() {
        var names = new ArrayList<String>();
        for (var module : ModuleLayer.boot().configuration().modules()) {
            if (!"jrt".equals(module.reference().location().map(java.net.URI::getScheme).orElse("jrt"))) {
                names.add(module.name());
            }
        }
        return String.join(",", names);
    }

    /**
     * This JVM's class path, and that of the handler's own class loader when it has one.
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
                throw new IllegalArgumentException("a worker process can't load " + handler.getName() + ", as it comes from " + loader
                        + ", which only this JVM has: put it on the class path, compiled");
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
                        + ": its class path must be of files and folders", e);
            }
        }
    }
}
