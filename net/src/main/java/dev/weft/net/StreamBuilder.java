package dev.weft.net;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

import dev.weft.net.serve.Runner;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;
import org.jspecify.annotations.Nullable;

/** How a stream server will be: see {@link Server#tcp(int)}, {@link Server#unix} and {@link Server#at}. */
public final class StreamBuilder extends ServerBuilder<StreamBuilder> {
    private @Nullable Admission admission;
    private @Nullable Tls tls;
    private int backlog = 4_096;
    private Predicate<? super Connection> verify = c -> true;

    StreamBuilder(Address address) {
        super(address);
    }

    @Override
    StreamBuilder self() {
        return this;
    }

    /**
     * How many connections are served at once, and what happens to the next. Default: {@code waiting(10_000)}, with
     * worker processes {@code waiting(workers)}. Not together with {@link Concurrency#sequential}, where connections wait in the backlog.
     */
    public StreamBuilder admission(Admission admission) {
        this.admission = admission;
        return this;
    }

    /** Each connection's handshake is done on its own request thread before its handler runs. Default: no TLS. */
    public StreamBuilder tls(Tls tls) {
        this.tls = tls;
        return this;
    }

    /** The length of listen(2)'s queue (request_queue_size); default 4,096, as far as the system allows. */
    public StreamBuilder backlog(int connections) {
        backlog = connections;
        return this;
    }

    /**
     * Decides before any handler runs whether a connection is served (socketserver's verify_request): false closes it, and so does an
     * exception, which is reported. Called on the serving thread: it must be quick.
     */
    public StreamBuilder verify(Predicate<? super Connection> verify) {
        this.verify = verify;
        return this;
    }

    /**
     * Binds; one handler object serves each connection.
     *
     * @throws java.net.BindException when the address can't be had, saying which and why; nothing is left open (SPEC SS-4)
     * @throws UnsupportedOperationException when the address, an option or the concurrency needs a transport that is not there
     * @throws IllegalArgumentException when the parts don't fit: a {@link RequestHandler} object, any object for worker processes,
     *     sequential with an admission, worker processes with one that evicts
     */
    public Server open(Handler handler) throws IOException {
        return open(HandlerSource.of(handler));
    }

    /**
     * As {@link #open(Handler)}; each connection gets its own object of this class (SPEC SS-40): static or top-level, with a constructor
     * without arguments; needed for worker processes.
     */
    public Server open(Class<? extends Handler> handler) throws IOException {
        return open(HandlerSource.<Handler>of(handler));
    }

    /**
     * As {@link #open(Handler)}, message by message: what one object of this handler does with each message of each connection. The class form is a
     * {@link MessageRequestHandler}, for {@link #open(Class)}; worker processes need that one.
     *
     * @param framing how the bytes of a connection are messages, with the limit of their length
     */
    public <T> Server open(Framing<T> framing, MessageHandler<? super T> handler) throws IOException {
        return open(HandlerSource.of(framing, handler));
    }

    /**
     * A whole program: opens, serves on this thread, and drains for the grace when shut down or asked to exit (SIGTERM, Ctrl-C), with the
     * exit codes of {@link Server#drainOnExit}. After {@code serve} returns, the caller has one second before the process exits.
     */
    public void serve(Handler handler) throws IOException {
        open(handler).runAndClose();
    }

    /** As {@link #serve(Handler)}, with an object of this class each. */
    public void serve(Class<? extends Handler> handler) throws IOException {
        open(handler).runAndClose();
    }

    /** As {@link #serve(Handler)}, message by message: see {@link #open(Framing, MessageHandler)}. */
    public <T> void serve(Framing<T> framing, MessageHandler<? super T> handler) throws IOException {
        open(framing, handler).runAndClose();
    }

    /** Binds, without a handler: the caller accepts. Admission, verify, concurrency and actions have no part in it. */
    public Acceptor listen() throws IOException {
        if (tls != null) {
            tls.check();
        }
        return new Acceptor(transport().listen(address, socketSettings()), deadlines, Optional.ofNullable(tls), time);
    }

    private Server open(HandlerSource<Handler> handlers) throws IOException {
        if (admission != null && concurrency instanceof Concurrency.Sequential) {
            throw new IllegalArgumentException(SEQUENTIAL_ADMISSION);
        }
        if (tls != null) {
            tls.check();
        }
        checkConcurrency(handlers);
        if (admission != null && admission.past() == Admission.Past.EVICT_IDLEST && concurrency instanceof Concurrency.Processes) {
            throw new IllegalArgumentException(EVICTING_WORKERS);
        }
        var by = transport();
        var listener = by.listen(address, socketSettings());
        return opened(listener::close, () -> {
            if (concurrency instanceof Concurrency.Processes processes) {
                var workers = ProcessConcurrency.ofStreams(name, listener.local(), handlers, processes, deadlines, time);
                return server(by, listener, workers.connections(), workers.runner(name), processes.workers());
            }
            if (handlers.byMessage() && concurrency instanceof Concurrency.VirtualThreads) {
                return server(by, listener, handlers, new MessageThreads(name), 10_000);
            }
            return server(by, listener, handlers, Runner.of(concurrency, name), 10_000);
        });
    }

    private Server server(Transport transport, ListenerChannel listener, HandlerSource<Handler> handlers, Runner runner, int most) {
        var admits = admission == null ? Admission.waiting(most) : admission;
        var requests = new RunningRequests(time);
        var reporter = new Reporter(name, observer);
        var intake = new StreamIntake(listener, handlers, verify, admits, deadlines, Optional.ofNullable(tls), requests, reporter, runner,
                runner instanceof MessageThreads by ? by : null);
        return new Server(this, transport, handlers, runner, requests, reporter, intake);
    }

    private Transport transport() {
        return Transports.streams(address, Optional.ofNullable(transport));
    }

    private SocketSettings socketSettings() {
        return new SocketSettings(options, backlog, Optional.empty());
    }
}
