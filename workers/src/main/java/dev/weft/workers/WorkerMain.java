package dev.weft.workers;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;
import dev.weft.net.LifeState;
import dev.weft.net.Rehearsable;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.SafeLog;

/**
 * A worker process: an ordinary sequential server that is handed its connections, or its datagrams, by the process that started it.
 *
 * <p>Requests come over a socket, orders over the standard input. Its end is the parent's end, however that came about: a thread of its own
 * waits for it, so that no handler can outlive the server.
 */
final class WorkerMain {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    /** A byte, and for an interrupt or a break the number of the request, for the end the milliseconds that it may take. */
    static final byte DRAIN = 'D';
    static final byte INTERRUPT = 'I';
    static final byte BREAK = 'B';
    /**
     * The last order: this worker is to end. Who listens on meanwhile keeps the JVM from ending for 300 ms, as it is in a native call. So it is
     * time that this worker goes by then, should its server go before it.
     */
    static final byte END = 'E';

    private WorkerMain() {}

    /** With the path of the parent's socket. */
    static void main(String[] args) {
        var path = Path.of(args[0]);
        try {
            var orders = new FileInputStream(FileDescriptor.in);
            System.setIn(InputStream.nullInputStream());
            leaveSignalsToTheParent();
            var courier = Courier.ofWorker(connect(path));
            var jobs = new Jobs(courier);
            Thread.ofPlatform().daemon().name("weft-worker-orders").start(() -> obey(orders, jobs, path));
            serve(first(courier), jobs);
            leave(path);
        } catch (EOFException e) {
            leave(path); // the server was closed, or killed, before this worker was wanted
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Ends this worker, as it can't serve any more: that is what its server will hear. */
    static void fail(Throwable why) {
        why.printStackTrace();
        System.exit(1);
    }

    /** Where nobody lets workers in any more the server is gone: that may be known here first, and this process's end before its orders'. */
    private static void leave(Path socket) {
        try {
            Libc.close(connect(socket));
        } catch (EOFException e) {
            remove(socket);
        } catch (IOException e) {
            // That can't be found out.
        }
        System.exit(0);
    }

    private static int connect(Path path) throws IOException {
        return Sockets.orClose(Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET), fd -> {
            try (var arena = Arena.ofConfined()) {
                Libc.connect(fd, Sockaddr.unix(Address.unix(path), arena));
                return fd;
            } catch (SystemException e) {
                if (e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED) {
                    throw new EOFException(path + " is gone");
                }
                throw e;
            }
        });
    }

    private static Courier.Delivery first(Courier courier) throws IOException {
        var bell = new Doorbell();
        while (true) {
            var delivery = courier.receive();
            if (delivery.isPresent()) {
                return delivery.get();
            }
            bell.await(courier.descriptor().number(), Doorbell.POLLIN);
        }
    }

    private static void serve(Courier.Delivery delivery, Jobs jobs) throws Exception {
        var setup = WorkerSetup.read(Letters.parts(delivery.text()));
        setup.properties().forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        var type = Class.forName(setup.handler(), false, ClassLoader.getSystemClassLoader());
        Rehearsal.run(setup);
        rehearse(type);
        var server = server(setup, type, jobs, delivery.descriptor());
        ExitHook.disable(); // the parent ends this process
        jobs.ready();
        while (!jobs.ended() && server.state() == LifeState.NEW) {
            server.run(); // a shutdown in a handler ends it too; only the real server may end this one for good
            Thread.interrupted();
        }
        if (!jobs.ended()) {
            jobs.leave();
        }
    }

    /** This process's server: sequential, and telling all that it has to tell to the parent, which is who is bound to the address. */
    static Server server(WorkerSetup setup, Class<?> handler, Jobs jobs, int socket) throws IOException {
        var transport = new WorkerTransport(jobs, socket);
        var observer = new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                jobs.failed(failure, c.causedByPeer(failure));
            }

            @Override
            public void failed(Datagram d, Throwable failure) {
                jobs.failed(failure, false);
            }

            @Override
            public void closed(Connection c, Duration age, long bytesIn, long bytesOut) {
                jobs.count(bytesIn, bytesOut);
            }
        };
        if (setup.packets()) {
            return Server.datagrams(setup.address()).name(setup.server()).concurrency(Concurrency.sequential()).transport(transport)
                    .observer(observer).maxPacketSize(setup.maxPacketSize()).deadlines(setup.deadlines())
                    .open(handler.asSubclass(DatagramHandler.class));
        }
        return Server.at(setup.address()).name(setup.server()).concurrency(Concurrency.sequential()).transport(transport)
                .observer(observer).deadlines(setup.deadlines()).open(handler.asSubclass(Handler.class));
    }

    private static void rehearse(Class<?> type) {
        if (!Rehearsable.class.isAssignableFrom(type)) {
            return;
        }
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            ((Rehearsable) constructor.newInstance()).rehearse();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, () -> type.getName() + " could not rehearse; it serves unrehearsed", e);
        }
    }

    private static void obey(InputStream orders, Jobs jobs, Path socket) {
        try (var in = new DataInputStream(orders)) {
            for (var order = in.readByte(); order != END; order = in.readByte()) {
                switch (order) {
                    case DRAIN -> jobs.drain();
                    case INTERRUPT -> jobs.interrupt(in.readInt());
                    default -> jobs.breakOff(in.readInt());
                }
            }
            Thread.sleep(in.readInt());
            Runtime.getRuntime().halt(1);
        } catch (IOException | InterruptedException e) {
            orphaned(socket);
        }
    }

    /** The parent is gone without a word. */
    private static void orphaned(Path socket) {
        remove(socket);
        Runtime.getRuntime().halt(0);
    }

    /** Nobody else will remove a dead server's folder. */
    private static void remove(Path socket) {
        try {
            var folder = socket.toAbsolutePath().getParent();
            if (folder != null) {
                Door.remove(folder);
            }
        } catch (IOException | RuntimeException e) {
            // Another worker did.
        }
    }

    /**
     * Ctrl-C, and a service manager's SIGTERM, reach every process of the group; a worker is to finish what its server still lets it do. The
     * handler is abs(3), which does nothing to a signal's number: unlike SIG_IGN, it is not inherited by programs that a handler starts.
     */
    private static void leaveSignalsToTheParent() {
        var signal = Libc.function("signal");
        var nothing = Libc.function("abs").address();
        try (var arena = Arena.ofConfined()) {
            for (var number : new int[] {1, 2, 15}) { // SIGHUP, SIGINT, SIGTERM: signal(7)
                Libc.call(signal, Libc.errnoRoom(arena), number, nothing, 0, 0, 0, 0);
            }
        }
    }
}
