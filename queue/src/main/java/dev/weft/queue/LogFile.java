package dev.weft.queue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

import dev.weft.net.TimeSource;

/** A log in a file, in UTF-8, each line written through; once it is full it is renamed, and another one begun (SPEC SL-43). */
final class LogFile extends Handler {
    private static final long FULL = 1_000_000;
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss");

    /** Always the machine's clock: people compare the names of files. */
    private static final TimeSource TIME = TimeSource.system();

    private final Path path;
    private OutputStream out;
    private long size;
    private boolean closed;

    LogFile(Path path) throws IOException {
        this.path = path;
        if (Files.exists(path) && Files.size(path) >= FULL) {
            Files.move(path, free());
        }
        out = open();
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (closed || !isLoggable(record)) {
            return;
        }
        try {
            var line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
            if (size >= FULL) {
                rotate();
            }
            out.write(line);
            size += line.length;
        } catch (IOException | RuntimeException e) {
            // A log that can't be written must not end what is logged.
            reportError(path.toString(), e, ErrorManager.WRITE_FAILURE);
        }
    }

    private void rotate() throws IOException {
        out.close();
        try {
            Files.move(path, free());
        } finally {
            out = open();
        }
    }

    private OutputStream open() throws IOException {
        var opened = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(path);
        return opened;
    }

    /** A name with the time; with a number too where that second has one already. */
    private Path free() {
        var name = path.getFileName().toString();
        var dot = name.lastIndexOf('.');
        var stem = (dot > 0 ? name.substring(0, dot) : name) + "_" + WHEN.format(LocalDateTime.ofInstant(TIME.now(), ZoneId.systemDefault()));
        var ending = dot > 0 ? name.substring(dot) : ".log";
        var free = path.resolveSibling(stem + ending);
        for (int i = 2; Files.exists(free); i++) {
            free = path.resolveSibling(stem + "_" + i + ending);
        }
        return free;
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void close() {
        closed = true;
        try {
            out.close();
        } catch (IOException e) {
            reportError(path.toString(), e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
