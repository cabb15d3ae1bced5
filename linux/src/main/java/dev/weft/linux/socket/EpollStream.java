package dev.weft.linux.socket;

import java.io.IOException;
import java.util.Objects;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.linux.poll.EventLoop;
import dev.weft.linux.poll.TaskLoop;
import dev.weft.linux.poll.TaskLoops;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.spi.ConnectionTask;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or Unix stream socket that one of the pollers watches, or, when a task is attached, one of the loops that run tasks.
 *
 * <p>It is watched from the first wait on, so a short conversation that never waits costs no registration.
 */
public final class EpollStream extends LinuxStream {
    private static final int ENDING = Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR | Libc.EPOLLPRI;
    private static final int F_DUPFD_CLOEXEC = 1030; // fcntl(2)

    /** Whether a short read proves that nothing is left, which saves the next read. */
    private volatile boolean shortIsDrained;
    private volatile boolean watched;
    @GuardedBy("this")
    private boolean forgotten;
    private volatile @Nullable ConnectionTask task;
    private volatile @Nullable TaskLoop taskLoop;

    private EpollStream(Descriptor descriptor, int family, Address remote, @Nullable Address local, boolean connected) {
        super(descriptor, family, remote, local, connected);
        // A Unix socket's read also ends where a descriptor was passed along: unix(7), SCM_RIGHTS.
        shortIsDrained = family != Libc.AF_UNIX;
    }

    /** Takes over an accepted descriptor, and closes it when that fails. The local address may be given when it is known. */
    public static EpollStream accepted(int fd, int family, Address remote, @Nullable Address local) throws IOException {
        return made(fd, family, remote, local, true);
    }

    /** Takes over a descriptor that connects, or has connected, and closes it when that fails. */
    public static EpollStream connecting(int fd, int family, Address remote, boolean connected) throws IOException {
        return made(fd, family, remote, null, connected);
    }

    private static EpollStream made(int fd, int family, Address remote, @Nullable Address local, boolean connected) throws IOException {
        try {
            Waiter.open();
            return new EpollStream(new Descriptor(fd), family, remote, local, connected);
        } catch (IOException | RuntimeException | Error e) { // no memory, or no descriptors
            Libc.close(fd);
            throw e;
        }
    }

    /** Begins to watch it, unless it is watched: an event that came before is reported then. */
    private void watch() throws IOException {
        if (watched) {
            return;
        }
        synchronized (this) {
            if (watched || forgotten) {
                return;
            }
            var fd = descriptor.enter();
            try {
                var loop = taskLoop;
                if (loop == null) {
                    Waiter.shared().watchStream(fd, this);
                } else {
                    loop.watch(fd, this);
                }
                watched = true;
            } finally {
                descriptor.leave();
            }
        }
    }

    @Override
    public boolean attach(ConnectionTask attached) throws IOException {
        taskLoop = TaskLoops.open().of(descriptor.number());
        task = attached;
        watch();
        return true;
    }

    @Override
    public void execute(ConnectionTask attached) {
        Objects.requireNonNull(taskLoop).execute(attached);
    }

    @Override
    protected void event() {
        var attached = task;
        if (attached != null) {
            attached.event();
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        beforeWait();
        super.awaitReadable();
    }

    @Override
    public void awaitWritable() throws IOException {
        beforeWait();
        super.awaitWritable();
    }

    private void beforeWait() throws IOException {
        watch();
        var loop = taskLoop;
        if (loop != null) {
            loop.beforeWait();
        }
    }

    /**
     * Data and the end of the stream may be reported by one event, with no other after it. So after an event that reports the end, a short read
     * proves nothing. The same holds for urgent data, at which a read stops (tcp(7)).
     */
    @Override
    public void ready(int events) {
        if ((events & ENDING) != 0) {
            shortIsDrained = false;
        }
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0) {
            writable.signal();
        }
        if ((events & (Libc.EPOLLIN | ENDING)) != 0) {
            readable.signal();
            event(); // last: the task may run now, and wait for room
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!readable.ready()) {
            return 0;
        }
        var stamp = readable.stamp();
        var n = descriptor.receive(into, offset, length);
        if (n > 0) {
            if (n < Math.min(length, Libc.MOST_AT_ONCE) && shortIsDrained) {
                readable.drained(stamp);
            } else {
                moved();
            }
            return n;
        }
        if (n == 0) {
            return ended();
        }
        if (n == -Errno.EAGAIN) {
            readable.drained(stamp);
            return 0;
        }
        throw new SystemException(-n);
    }

    /** Does nothing: an edge-triggered event reports room in any case. */
    @Override
    protected void awaitRoom() {}

    @Override
    protected EventLoop loop() {
        return Waiter.shared().poller(descriptor.number());
    }

    @Override
    protected void forget() {
        synchronized (this) {
            forgotten = true;
            if (!watched) {
                return;
            }
        }
        var loop = taskLoop;
        if (loop == null) {
            Waiter.shared().forget(descriptor.number(), this);
        } else {
            loop.forget(descriptor.number(), this);
        }
    }

    /** Ends the watch, as another process uses the connection from now on. Returns a duplicate of the descriptor, which the caller must close. */
    public int handOver() throws IOException {
        var fd = descriptor.enter();
        try {
            if (watched) {
                Waiter.shared().unwatchStream(fd, this);
            }
            return Libc.control(fd, F_DUPFD_CLOEXEC, 0);
        } finally {
            descriptor.leave();
        }
    }
}
