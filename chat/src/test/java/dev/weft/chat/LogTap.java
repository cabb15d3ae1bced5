package dev.weft.chat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the chat logs while this is open, instead of on the console. */
final class LogTap extends Handler {
    private final Logger logger = Logger.getLogger("dev.weft.chat");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    LogTap() {
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** {@code INFO text}, in order. */
    List<String> lines() {
        return records.stream().map(r -> r.getLevel() + " " + r.getMessage()).toList();
    }

    List<String> errors() {
        return records.stream().filter(r -> r.getLevel() == Level.SEVERE).map(LogRecord::getMessage).toList();
    }

    /** What clients did wrong, which is no error of ours; without what servers of other tests still count. */
    List<String> troubles() {
        return records.stream().filter(r -> r.getLevel() == Level.INFO && r.getThrown() == null).map(LogRecord::getMessage)
                .filter(line -> !line.startsWith("accepted ") && !line.endsWith(" bye bye") && !line.contains(" more ")).toList();
    }

    @Override
    public void publish(LogRecord line) {
        records.add(line);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
