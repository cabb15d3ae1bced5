package dev.weft.queue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** A line as the original's logs have it: {@code time [name-12] level-5 message} (SPEC SL-43), with Python's local times and names of levels. */
final class LogLine extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");

    @Override
    public String format(LogRecord record) {
        var line = new StringWriter();
        line.write(TIME.format(record.getInstant().atZone(ZoneId.systemDefault())));
        line.write(" [" + padded(String.valueOf(record.getLoggerName()), 12) + "] " + padded(level(record.getLevel()), 5) + " ");
        line.write(formatMessage(record));
        line.write(System.lineSeparator());
        if (record.getThrown() != null) {
            record.getThrown().printStackTrace(new PrintWriter(line, true));
        }
        return line.toString();
    }

    private static String level(Level level) {
        var value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARNING";
        }
        return value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
