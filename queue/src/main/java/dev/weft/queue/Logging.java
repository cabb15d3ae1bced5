package dev.weft.queue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sets up a logger of {@code java.util.logging} as pysocklib's {@code get_module_logger} does.
 *
 * {@snippet :
 * static final System.Logger LOG = Logging.configure("client").dev().directory(Path.of("/var/log/client")).logger();
 * }
 *
 * <p>Lines are {@code 2025-11-21 15:19:03,123 [client      ] INFO  message}, on the console (the standard error) and in the file
 * {@code logs/client.log}, which is renamed to {@code client_2025-11-21_15-19-03.log} and begun anew once it has 1,000,000 bytes. Nothing goes to
 * the handlers of parent loggers.
 *
 * <p>Each option changes this object and returns it. Not for several threads at once. Needs the module {@code java.logging}, and that no other
 * {@link System.LoggerFinder} is installed. Two names should have two files. Source: SPEC SL-43, without SL-BUG-12.
 */
public final class Logging {
    /** Held, as java.util.logging forgets a logger, and with it its handlers, which nobody refers to. */
    private static final Map<String, Logger> CONFIGURED = new ConcurrentHashMap<>();

    private final String name;
    private Level level = Level.INFO;
    private boolean console = true;
    private boolean file = true;
    private Path directory = Path.of("logs");
    private String fileName;

    private Logging(String name) {
        this.name = Objects.requireNonNull(name);
        fileName = name + ".log";
    }

    /** The logger of this name: from INFO up, on the console, and in {@code name.log} in the folder {@code logs} of the working directory. */
    public static Logging configure(String name) {
        return new Logging(name);
    }

    /** From DEBUG up. */
    public Logging dev() {
        return config("dev");
    }

    /** "dev" logs from DEBUG up, and any other word ("prod") from INFO up. */
    public Logging config(String config) {
        level = config.equals("dev") ? Level.FINE : Level.INFO;
        return this;
    }

    /** The folder of the file; it is made where it is missing. */
    public Logging directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /** The name of the file, in its folder. */
    public Logging fileName(String fileName) {
        this.fileName = fileName;
        return this;
    }

    /** Nothing on the console. */
    public Logging withoutConsole() {
        console = false;
        return this;
    }

    /** No file. */
    public Logging withoutFile() {
        file = false;
        return this;
    }

    /**
     * Sets it up. What an earlier call did for a logger of this name is undone first, so that no line comes twice.
     *
     * @throws UncheckedIOException when the file can't be written, or its folder can't be made; then nothing has changed
     */
    public System.Logger logger() {
        synchronized (CONFIGURED) {
            var log = file ? open() : null;
            var logger = CONFIGURED.computeIfAbsent(name, Logger::getLogger);
            for (var handler : logger.getHandlers()) {
                if (handler instanceof LogFile || handler instanceof Console) {
                    logger.removeHandler(handler);
                    handler.close();
                }
            }
            logger.setUseParentHandlers(false);
            logger.setLevel(level);
            if (log != null) {
                add(logger, log);
            }
            if (console) {
                add(logger, new Console());
            }
        }
        return System.getLogger(name);
    }

    private static void add(Logger logger, Handler handler) {
        handler.setLevel(Level.ALL);
        handler.setFormatter(new LogLine());
        logger.addHandler(handler);
    }

    private LogFile open() {
        try {
            var path = directory.resolve(fileName).toAbsolutePath();
            Files.createDirectories(path.getParent());
            return new LogFile(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot log " + name + " to " + fileName + " in " + directory.toAbsolutePath() + ": " + e
                    + " (give another directory, or withoutFile())", e);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("no name for a file of " + name + ": " + fileName + ": give another fileName", e);
        }
    }

    /** Told from the handlers of others by its type. */
    private static final class Console extends ConsoleHandler {}
}
