package dev.weft.rpc;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.support.SafeLog;
import dev.weft.testkit.ManualTime;

/** What this module and the transport below it log, until it is closed; with a limit for peers that begins anew, and whose minute does not end. */
final class Logged extends Handler implements AutoCloseable {
    private static final List<Logger> LOGGERS = Stream.of("dev.weft.rpc", "io.grpc", "io.netty").map(Logger::getLogger).toList();

    /** Those that the build keeps quiet otherwise: as loud as they are by default, meanwhile. */
    private static final List<Logger> QUIET = Stream.of("dev.weft.rpc", "io.grpc.netty", "io.grpc.internal", "io.netty").map(Logger::getLogger)
            .toList();

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final List<Level> before = QUIET.stream().map(logger -> Objects.requireNonNullElse(logger.getLevel(), Level.INFO)).toList();

    Logged() {
        QUIET.forEach(logger -> logger.setLevel(Level.INFO));
        RpcLog.use(new SafeLog(RpcLog.NAME, new ManualTime()));
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
        for (int i = 0; i < before.size(); i++) {
            QUIET.get(i).setLevel(before.get(i));
        }
        RpcLog.use(SafeLog.of(RpcLog.NAME));
    }
}
