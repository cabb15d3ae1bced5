package dev.weft.linux.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Native;
import dev.weft.linux.sys.SystemException;
import org.jspecify.annotations.Nullable;

/** The rings of this process, one for each carrier, opened when io_uring is first asked for; or the reason why there are none. */
public final class Rings {
    private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
    /** How many connections of a ring may have unread data at once; further ones read from their sockets. */
    private static final int EACH = Math.max(512, Integer.highestOneBit(2048 / Waiter.CARRIERS));
    /** Of all rings together. */
    static final int BUFFERS = EACH * Waiter.CARRIERS;
    private static final int SIZE = 8 * 1024;
    private static final int MOST_UNREAD = 32;

    private static final class Shared {
        static final Rings RINGS = new Rings();
    }

    private final AtomicInteger next = new AtomicInteger();
    private final RingLoop[] loops;
    private final Optional<String> reason;

    private Rings() {
        List<RingLoop> opened = new ArrayList<>();
        var why = Optional.<String>empty();
        var running = 0;
        try {
            var waiter = Waiter.open();
            for (int i = 0; i < Waiter.CARRIERS; i++) {
                opened.add(new RingLoop(i + 1, waiter, EACH, SIZE, MOST_UNREAD));
            }
            for (; running < Waiter.CARRIERS; running++) {
                waiter.add(opened.get(running));
            }
        } catch (SystemException e) {
            why = Optional.of(explain(e.errno(), disabled()));
        } catch (IOException e) {
            why = Optional.of(String.valueOf(e.getMessage()));
        }
        if (why.isPresent()) {
            opened.subList(running, opened.size()).forEach(RingLoop::close);
        }
        loops = opened.toArray(RingLoop[]::new);
        reason = why;
    }

    /** The reason why there are no rings; empty when there are. */
    public static Optional<String> unavailable() {
        return Native.unavailable().or(() -> Shared.RINGS.reason);
    }

    /** Chooses the ring for a new connection. */
    public static RingLoop next() {
        var loops = Shared.RINGS.loops;
        return loops[loops.length == 1 ? 0 : Math.floorMod(Shared.RINGS.next.getAndIncrement(), loops.length)];
    }

    private static @Nullable String disabled() {
        try {
            return Files.readString(DISABLED).strip();
        } catch (IOException e) {
            return null;
        }
    }

    /** What an errno of io_uring's calls means, in words. {@code disabled} is the kernel's setting, if there is one. */
    static String explain(int errno, @Nullable String disabled) {
        return switch (errno) {
            case Errno.ENOSYS -> "this kernel has no io_uring (Linux 6.0 or newer is needed)";
            case Errno.EINVAL -> "this kernel's io_uring can't receive many times on one request with provided buffers"
                    + " (IORING_RECV_MULTISHOT: Linux 6.0 or newer is needed)";
            case Errno.EPERM, Errno.EACCES -> disabled != null && !disabled.equals("0")
                    ? "the kernel forbids io_uring: " + DISABLED + " is " + disabled + " (0 allows it)"
                    : "io_uring is forbidden to this process, most often by a container's seccomp profile (" + DISABLED + " is "
                            + (disabled == null ? "not there" : disabled) + ")";
            case Errno.ENOMEM -> "there is no memory for its rings (ulimit -l may be too low)";
            default -> "io_uring can't be set up: " + Libc.describe(errno);
        };
    }
}
