package dev.weft.net;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.weft.net.ConnectionMessages.Next;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.spi.ConnectionTask;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is served message by message, and has a thread only while there is something to do.
 *
 * <p>An event of the channel has it run, by the channel's transport or by a thread of its own, until no further whole message is there. Events that
 * come meanwhile make it look once more. A transport that knows no tasks serves it as a conversation.
 */
final class MessageRequest extends StreamRequest implements ConnectionTask {
    private static final int RESTS = 0;
    private static final int RUNS = 1;
    /** It runs, and an event has come since it looked. */
    private static final int LOOKS_AGAIN = 2;
    private static final VarHandle PHASE;
    private static final VarHandle HANDLING;

    static {
        try {
            var lookup = MethodHandles.lookup();
            PHASE = lookup.findVarHandle(MessageRequest.class, "phase", int.class);
            HANDLING = lookup.findVarHandle(MessageRequest.class, "handling", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MessageThreads threads;
    private final StreamChannel channel;
    private volatile int phase = RUNS;
    private volatile boolean ending;
    private boolean byMessage;
    private @Nullable MessageRequestHandler<?> handler;
    private Next next = Next.EVENT;
    /** Whether the handler runs, and not what is around it. */
    @SuppressWarnings("UnusedVariable") // by its VarHandle: two volatile writes a message would be felt
    private boolean handling;

    MessageRequest(RunningRequests requests, RequestEvents events, StreamIntake intake, Connection connection, MessageThreads threads) {
        super(requests, events, intake, connection);
        this.threads = threads;
        channel = connection.core().channel();
    }

    /** Has it served, by its transport if that can, else by a thread of its own. */
    void start() throws IOException {
        byMessage = channel.attach(this);
        if (byMessage && !intake.secures()) {
            channel.execute(this);
        } else {
            threads.start(this);
        }
    }

    @Override
    public void event() {
        while (true) {
            var seen = phase;
            if (seen == RESTS && PHASE.compareAndSet(this, RESTS, RUNS)) {
                dispatch();
                return;
            }
            if (seen == LOOKS_AGAIN || (seen == RUNS && PHASE.compareAndSet(this, RUNS, LOOKS_AGAIN))) {
                return;
            }
        }
    }

    private void dispatch() {
        try {
            channel.execute(this);
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(e);
            abandon();
        }
    }

    private void startThread() {
        try {
            threads.start(this);
        } catch (OutOfMemoryError e) { // it costs this connection
            failed(e);
            abandon();
        }
    }

    @Override
    protected boolean serve() throws Exception {
        if (!byMessage) {
            return super.serve();
        }
        if (threads.blocking().expected() && !Thread.currentThread().isVirtual()) {
            next = Next.THREAD;
            return false;
        }
        if (handler == null) {
            handler = (MessageRequestHandler<?>) intake.open(connection());
            handler.begin(connection());
        }
        var over = true;
        try {
            over = ending || turn(handler);
        } finally {
            if (over) {
                handler.finish();
            }
        }
        return over;
    }

    private <T> boolean turn(MessageRequestHandler<T> handler) throws Exception {
        var messages = handler.messages();
        next = messages.turn(message -> handle(handler, message), Thread.currentThread().isVirtual());
        return next == Next.OVER;
    }

    private <T> void handle(MessageRequestHandler<T> handler, T message) throws Exception {
        HANDLING.setOpaque(this, true);
        try {
            handler.handle(message);
        } finally {
            HANDLING.setOpaque(this, false);
        }
    }

    @Override
    protected boolean rests() {
        return switch (next) {
            case EVENT -> {
                if (PHASE.compareAndSet(this, RUNS, RESTS)) {
                    yield true;
                }
                phase = RUNS;
                yield false;
            }
            case TURN -> {
                dispatch();
                yield true;
            }
            case THREAD -> {
                startThread();
                yield true;
            }
            case OVER -> true;
        };
    }

    @Override
    protected String withoutThread() {
        return "(none: it waits for the rest of a message)";
    }

    @Override
    protected void endResting() {
        ending = true;
        event();
    }

    @Override
    public void blocked() {
        if ((boolean) HANDLING.getOpaque(this)) {
            threads.blocking().seen();
        }
    }
}
