package dev.weft.net;

import java.io.IOException;
import java.net.SocketException;
import java.util.Iterator;
import java.util.Optional;
import java.util.ServiceLoader;

import dev.weft.net.serve.Request;
import dev.weft.net.serve.Runner;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerPools;
import dev.weft.net.spi.WorkerSettings;

/** The parent's side of {@link Concurrency#processes}: handlers that pass each request on to a worker, and the runner that ends the workers. */
final class ProcessConcurrency {
    private final WorkerPool pool;
    private final Class<?> type;

    private ProcessConcurrency(WorkerPool pool, Class<?> type) {
        this.pool = pool;
        this.type = type;
    }

    /** Whether there can be worker processes, and this handler in them; before anything is bound. */
    static void check(HandlerSource<?> handlers) {
        var pools = pools();
        pools.unavailable().ifPresent(reason -> {
            throw new UnsupportedOperationException("there can be no worker processes here: " + reason);
        });
        typeOf(handlers);
    }

    private static Class<?> typeOf(HandlerSource<?> handlers) {
        if (handlers.given() instanceof Class<?> type) {
            return type;
        }
        throw new IllegalArgumentException("worker processes make their handlers themselves, as an object can't travel: give the server a class, not "
                + handlers.given());
    }

    private static WorkerPools pools() {
        Iterator<WorkerPools> found = ServiceLoader.load(WorkerPools.class, WorkerPools.class.getClassLoader()).iterator();
        if (!found.hasNext()) {
            throw new UnsupportedOperationException(
                    "worker processes are a module of their own: put weft-workers (dev.weft.workers), which brings weft-linux, on the class path");
        }
        return found.next();
    }

    /** Starts the workers of a stream server. */
    static ProcessConcurrency ofStreams(String server, Address address, HandlerSource<?> handlers, Concurrency.Processes processes,
            Deadlines deadlines, TimeSource time) throws IOException {
        return open(new WorkerSettings(server, address, typeOf(handlers), processes, deadlines, Optional.empty(), 1, time));
    }

    /** Starts the workers of a datagram server. */
    static ProcessConcurrency ofPackets(String server, PacketChannel channel, HandlerSource<?> handlers, Concurrency.Processes processes,
            Deadlines deadlines, int maxPacketSize, TimeSource time) throws IOException {
        return open(new WorkerSettings(server, channel.local(), typeOf(handlers), processes, deadlines, Optional.of(channel), maxPacketSize, time));
    }

    private static ProcessConcurrency open(WorkerSettings settings) throws IOException {
        return new ProcessConcurrency(pools().open(settings), settings.handler());
    }

    /** They wait on virtual threads for what the workers report. */
    Runner runner(String name) {
        var threads = Thread.ofVirtual().name(name + "-", 1).factory();
        return new Runner() {
            @Override
            public void run(Request request) {
                threads.newThread(request).start();
            }

            @Override
            public boolean elsewhere() {
                return true;
            }

            @Override
            public void close(boolean orderly) {
                pool.close(orderly);
            }
        };
    }

    HandlerSource<Handler> connections() {
        return source(this::serve);
    }

    HandlerSource<DatagramHandler> datagrams() {
        return source(d -> {
            var work = pool.datagram(d.data(), d.sender(), d.truncated());
            try {
                work.run();
            } finally {
                d.sentElsewhere(work.bytesOut());
            }
        });
    }

    private void serve(Connection c) throws Exception {
        var core = c.core();
        var work = pool.connection(core.channel());
        Runnable dropped = work::abort;
        core.onEnd(dropped);
        core.onDrain(work::drain);
        try {
            work.run();
        } catch (SocketException e) { // its end here is what the worker was told
            throw c.isOpen() ? e : core.closedHere(e);
        } finally {
            core.forget(dropped);
            core.movedElsewhere(work.bytesIn(), work.bytesOut());
        }
    }

    /** To the server's user it is still the class that was given. */
    private <H> HandlerSource<H> source(H proxy) {
        return new HandlerSource<>() {
            @Override
            public H next() {
                return proxy;
            }

            @Override
            public Object given() {
                return type;
            }
        };
    }
}
