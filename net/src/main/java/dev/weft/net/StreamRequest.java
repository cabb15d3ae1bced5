package dev.weft.net;

/** A connection being served. */
final class StreamRequest extends Request {
    private final Reporter reporter;
    private final StreamIntake intake;
    private final Connection connection;
    private boolean counted = true;
    private boolean settled;

    StreamRequest(Requests requests, Reporter reporter, StreamIntake intake, Connection connection) {
        super(requests);
        this.reporter = reporter;
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

    /** Its bytes are counted with those of the connections that have ended; under the monitor of the {@link Tally}. */
    void settle() {
        settled = true;
    }

    boolean isSettled() {
        return settled;
    }

    @Override
    Address remote() {
        return connection.remote();
    }

    @Override
    void serve() throws Exception {
        intake.serve(connection);
    }

    @Override
    void release() {
        try {
            connection.close();
        } finally {
            intake.left(this);
        }
    }

    @Override
    void abort() {
        connection.abort("aborted: the server was closed");
    }

    @Override
    boolean saysClosedHere(Throwable failure) {
        return connection.saysClosedHere(failure);
    }

    @Override
    void failed(Throwable failure) {
        reporter.failed(connection, failure);
    }
}
