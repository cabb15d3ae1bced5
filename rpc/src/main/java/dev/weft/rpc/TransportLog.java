package dev.weft.rpc;

import java.io.IOException;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.TimeSource;
import dev.weft.net.support.RateLimit;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.netty.handler.codec.http2.Http2Exception;
import org.jspecify.annotations.Nullable;

/**
 * What the transport would log of peers, with a stack for each stream or connection that one of them breaks, is a line of this module's log, and
 * not more of them than a log can take. What else it warns of passes, ten times a minute.
 */
final class TransportLog implements Filter {
    private static final int MOST = 10;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    /** Held, as java.util.logging forgets a logger that nobody holds, and its filter with it. */
    private static final List<Logger> LOGGERS = Stream.of("io.grpc.netty.NettyServerHandler", "io.grpc.netty.NettyServerStream",
            "io.grpc.netty.NettyServerTransport", "io.grpc.netty.NettyServerTransport.connections").map(Logger::getLogger).toList();

    /** Told already, with the peer's address: by the view of the connection, or when it was greeted. */
    private static final List<String> TOLD = List.of(ClientView.TOO_MANY, "HTTP/2 client preface string missing", "Unexpected HTTP/1.x request");

    private final RateLimit others = new RateLimit(MOST, PERIOD, TimeSource.system(),
            count -> RpcLog.peer(() -> count + " more warnings of the transport were left out"));

    private TransportLog() {}

    /** Filters what has no filter yet. */
    static synchronized void install() {
        for (var logger : LOGGERS) {
            if (logger.getFilter() == null) {
                logger.setFilter(new TransportLog());
            }
        }
    }

    @Override
    public boolean isLoggable(LogRecord entry) {
        if (entry.getLevel().intValue() < Level.INFO.intValue()) {
            return true; // asked for
        }
        var failure = entry.getThrown();
        if (failure != null && !isOfPeer(failure)) {
            return others.pass();
        }
        var why = failure == null ? "" : failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (TOLD.stream().noneMatch(why::startsWith)) {
            RpcLog.peer(() -> "a client broke its connection or a stream of it: " + text(entry) + (why.isEmpty() ? "" : ": " + why));
        }
        return false;
    }

    private static boolean isOfPeer(@Nullable Throwable failure) {
        return switch (failure) {
            case null -> false;
            case Http2Exception _,IOException _,StatusRuntimeException _,StatusException _ -> true;
            default -> isOfFrames(failure.getStackTrace()) || isOfPeer(failure.getCause());
        };
    }

    /** Whether the transport itself has failed of what a frame says, such as a path of no letters. */
    private static boolean isOfFrames(StackTraceElement[] stack) {
        for (var frame : stack) {
            if (frame.getClassName().startsWith("io.grpc.netty.NettyServerHandler")) {
                return true;
            }
            if (frame.getClassName().startsWith("dev.weft.")) {
                return false;
            }
        }
        return false;
    }

    private static String text(LogRecord entry) {
        var parameters = entry.getParameters();
        return parameters == null || parameters.length == 0 ? String.valueOf(entry.getMessage())
                : new MessageFormat(entry.getMessage(), Locale.ROOT).format(parameters);
    }
}
