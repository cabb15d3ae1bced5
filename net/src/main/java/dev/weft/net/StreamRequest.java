package dev.weft.net;

import dev.weft.net.serve.Request;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.wire.MemberEvents;

/** A connection being served. */
class StreamRequest extends Request implements MemberEvents {
    private final RequestEvents events;
    final StreamIntake intake;
    private final Connection connection;
    private boolean counted = true;
    private boolean settled;

    StreamRequest(RunningRequests requests, RequestEvents events, StreamIntake intake, Connection connection) {
        super(requests);
        this.events = events;
        this.intake = intake;
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** Whether it counts against the limit: not once it was evicted, though its handler may still be ending. */
    synchronized boolean counts() {
        return counted;
    }

    /** It counts no longer; true for the one call that changed that. */
    synchronized boolean discount() {
        var before = counted;
        counted = false;
        return before;
    }

    /** Its bytes are counted with those of the connections that have ended; under the monitor of the {@link ServerCounters}. */
    void settle() {
        settled = true;
    }

    boolean isSettled() {
        return settled;
    }

    @Override
    public Object subject() {
        return connection;
    }

    @Override
    protected Address remote() {
        return connection.remote();
    }

    @Override
    protected boolean serve() throws Exception {
        intake.serve(connection);
        return true;
    }

    @Override
    protected void release() {
        try {
            connection.close();
        } finally {
            intake.left(this);
        }
    }

    @Override
    protected void abort() {
        connection.core().abort("aborted: the server was closed");
    }

    @Override
    protected boolean saysClosedHere(Throwable failure) {
        return connection.core().saysClosedHere(failure);
    }

    @Override
    protected void failed(Throwable failure) {
        events.failed(connection, failure);
    }

    @Override
    public void tooSlow(String why) {
        events.tooSlow(connection, why);
    }

    @Override
    public void undelivered() {
        events.undelivered();
    }
}
