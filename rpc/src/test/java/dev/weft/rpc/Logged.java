package dev.weft.rpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.support.SafeLog;
import dev.weft.testkit.ManualTime;

/** What this module and the transport below it log, until it is closed; with a limit for peers that begins anew, and whose minute does not end. */
final class Logged extends Handler implements AutoCloseable {
    private static final List<Logger> LOGGERS = Stream.of("dev.weft.rpc", "io.grpc", "io.netty").map(Logger::getLogger).toList();

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    Logged() {
        Log.use(new SafeLog(Log.NAME, new ManualTime()));
        LOGGERS.forEach(logger -> {
            logger.addHandler(this);
            logger.setUseParentHandlers(false);
        });
    }

    List<LogRecord> records() {
        return records;
    }

    List<String> lines() {
        return records.stream().map(LogRecord::getMessage).toList();
    }

    @Override
    public void publish(LogRecord entry) {
        records.add(entry);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGERS.forEach(logger -> {
            logger.removeHandler(this);
            logger.setUseParentHandlers(true);
        });
        Log.use(SafeLog.of(Log.NAME));
    }
}
