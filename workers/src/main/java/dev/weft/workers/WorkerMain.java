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
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.SafeLog;

/**
 * The program of a worker process: an ordinary sequential server, to which the process that started it hands connections or datagrams.
 *
 * <p>Requests come over a socket, orders over the standard input. The end of the standard input is the end of the parent process, whatever ended it.
 * A thread waits for that and halts this process, so no handler outlives the server.
 */
final class WorkerMain {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    /** An order is a byte; INTERRUPT and BREAK are followed by the id of the request, END by the milliseconds that this process may take. */
    static final byte DRAIN = 'D';
    static final byte INTERRUPT = 'I';
    static final byte BREAK = 'B';
    /**
     * The last order: this worker is to end. The thread that obeys sleeps from then on instead of reading, as a read is a native call that keeps
     * the JVM from ending for 300 ms. When the time has passed it halts this process.
     */
    static final byte END = 'E';

    private WorkerMain() {}

    /** Starts a worker. The one argument is the path of the server's socket. */
    static void main(String[] args) {
        var path = Path.of(args[0]);
        try {
            var orders = new FileInputStream(FileDescriptor.in);
            System.setIn(InputStream.nullInputStream());
            leaveSignalsToTheParent();
            var toServer = SeqPacketSocket.ofWorker(connect(path));
            var requests = new WorkerRequests(toServer);
            Thread.ofPlatform().daemon().name("weft-worker-orders").start(() -> obey(orders, requests, path));
            serve(first(toServer), requests);
            leave(path);
        } catch (EOFException e) {
            leave(path); // the server has ended before it needed this worker
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Ends this worker because it can't serve any more; the server sees its exit code. */
    static void fail(Throwable why) {
        why.printStackTrace();
        System.exit(1);
    }

    /** Ends this worker. When nothing listens at the socket the server has ended, perhaps before its orders did: then its folder is removed. */
    private static void leave(Path socket) {
        try {
            Libc.close(connect(socket));
        } catch (EOFException e) {
            remove(socket);
        } catch (IOException e) {
            // Whether the server lives can't be found out.
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
                    throw new EOFException(path + ": no server listens there");
                }
                throw e;
            }
        });
    }

    private static SeqPacketSocket.Delivery first(SeqPacketSocket toServer) throws IOException {
        var bell = new Doorbell();
        while (true) {
            var delivery = toServer.receive();
            if (delivery.isPresent()) {
                return delivery.get();
            }
            bell.await(toServer.descriptor().number(), Doorbell.POLLIN);
        }
    }

    private static void serve(SeqPacketSocket.Delivery delivery, WorkerRequests requests) throws Exception {
        var setup = WorkerSetup.read(WorkerProtocol.parts(delivery.text()));
        setup.properties().forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        var type = Class.forName(setup.handler(), false, ClassLoader.getSystemClassLoader());
        Rehearsal.run(setup);
        rehearse(type);
        var server = server(setup, type, requests, delivery.descriptor());
        ExitHook.disable(); // the parent ends this process
        requests.ready();
        while (!requests.ended() && server.state() == LifeState.NEW) {
            server.run(); // a handler may call shutdown, which ends this loop; only the real server ends this one
            Thread.interrupted();
        }
        if (!requests.ended()) {
            requests.leave();
        }
    }

    /** This process's server: sequential, with an observer that reports to the parent process, which is bound to the address. */
    static Server server(WorkerSetup setup, Class<?> handler, WorkerRequests requests, int socket) throws IOException {
        var transport = new WorkerTransport(requests, socket);
        var observer = new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                requests.failed(failure, c.causedByPeer(failure));
            }

            @Override
            public void failed(Datagram d, Throwable failure) {
                requests.failed(failure, false);
            }

            @Override
            public void closed(Connection c, Duration age, long bytesIn, long bytesOut) {
                requests.count(bytesIn, bytesOut);
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
            LOG.log(System.Logger.Level.WARNING, () -> type.getName() + " could not rehearse; it serves without", e);
        }
    }

    private static void obey(InputStream orders, WorkerRequests requests, Path socket) {
        try (var in = new DataInputStream(orders)) {
            for (var order = in.readByte(); order != END; order = in.readByte()) {
                switch (order) {
                    case DRAIN -> requests.drain();
                    case INTERRUPT -> requests.interrupt(in.readInt());
                    default -> requests.breakOff(in.readInt());
                }
            }
            TimeSource.system().sleep(Duration.ofMillis(in.readInt()));
            Runtime.getRuntime().halt(1);
        } catch (IOException | InterruptedException e) {
            orphaned(socket);
        }
    }

    /** The parent process has ended without an order. */
    private static void orphaned(Path socket) {
        remove(socket);
        Runtime.getRuntime().halt(0);
    }

    /** Removes the folder of a server that can't do so itself any more. */
    private static void remove(Path socket) {
        try {
            var folder = socket.toAbsolutePath().getParent();
            if (folder != null) {
                WorkerListener.remove(folder);
            }
        } catch (IOException | RuntimeException e) {
            // Another worker has removed it.
        }
    }

    /**
     * Ctrl-C, and a service manager's SIGTERM, reach every process of the group, but a worker must finish what its server lets it finish. The
     * signal handler is abs(3), which has no effect. Unlike SIG_IGN, it is not inherited by programs that a request's handler starts.
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
