package dev.weft.linux.socket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Options;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.SocketErrors;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;

/** Makes sockets: opens them, sets their options, binds them, and makes them listen or connect. */
public final class Binding {
    private Binding() {}

    public static ListenerChannel listen(Address address, SocketSettings settings, LinuxListener.Streams streams) throws IOException {
        int acceptors = settings.option(WeftSocketOptions.ACCEPTORS).orElse(1);
        if (acceptors < 1) {
            throw new IllegalArgumentException(acceptors + " acceptors accept nobody");
        }
        var inherited = Inherited.take(address, Libc.SOCK_STREAM);
        if (!inherited.isEmpty()) {
            if (acceptors > 1) {
                return Inherited.orGiveBack(inherited, fds -> {
                    throw new UnsupportedOperationException("there can't be " + acceptors + " ACCEPTORS at " + address + ": "
                            + (fds.size() == 1 ? "its one socket was" : "its " + fds.size() + " sockets were") + " inherited; leave ACCEPTORS out");
                });
            }
            return Inherited.orGiveBack(inherited, fds -> listenInherited(fds, address, settings, streams));
        }
        if (acceptors == 1 || address.kind() != Address.Kind.INET) {
            return listenOnce(address, settings, streams);
        }
        return PortSharers.open(acceptors, address, settings, (where, how) -> listenOnce(where, how, streams));
    }

    /** All of them, whatever their families: the options first, as what can't be set is most of what can fail. */
    private static ListenerChannel listenInherited(List<Integer> fds, Address address, SocketSettings settings, LinuxListener.Streams streams)
            throws IOException {
        for (var fd : fds) {
            Options.setAll(fd, Sockets.familyOf(fd), true, ofSocket(true, address, settings));
        }
        var members = new ArrayList<ListenerChannel>(fds.size());
        for (var fd : fds) {
            members.add(listener(fd, Sockets.familyOf(fd), settings, true, Optional.empty(), streams));
        }
        return members.size() == 1 ? members.getFirst() : PortSharers.of(members);
    }

    private static ListenerChannel listenOnce(Address address, SocketSettings settings, LinuxListener.Streams streams) throws IOException {
        var family = Sockets.family(address);
        return Sockets.orClose(Libc.socket(family, Libc.SOCK_STREAM), fd -> {
            if (family != Libc.AF_UNIX) {
                Options.set(fd, family, StandardSocketOptions.SO_REUSEADDR, true);
            }
            prepare(fd, family, true, address, settings);
            return bound(fd, family, Libc.SOCK_STREAM, address, settings, file -> {
                Libc.listen(fd, settings.backlog());
                return listener(fd, family, settings, false, file, streams);
            });
        });
    }

    private static ListenerChannel listener(int fd, int family, SocketSettings settings, boolean inherited, Optional<SocketFile> file,
            LinuxListener.Streams streams) throws IOException {
        if (family != Libc.AF_UNIX && settings.option(StandardSocketOptions.TCP_NODELAY).isEmpty()) {
            Options.set(fd, family, StandardSocketOptions.TCP_NODELAY, true); // its connections inherit it
        }
        return new LinuxListener(fd, family, Options.ofConnections(settings.options()), inherited, file, streams);
    }

    /** Makes a channel of a connection's descriptor; from then on the channel closes it, also when this fails. */
    @FunctionalInterface
    public interface Connecting {
        StreamChannel of(int fd, int family, boolean connected) throws IOException;
    }

    public static StreamChannel connect(Address remote, SocketSettings settings, Connecting connecting) throws IOException {
        var family = Sockets.family(remote);
        var fd = Libc.socket(family, Libc.SOCK_STREAM);
        boolean connected = Sockets.orClose(fd, f -> {
            if (family != Libc.AF_UNIX) {
                Options.set(f, family, StandardSocketOptions.TCP_NODELAY, true);
            }
            Options.setAll(f, family, true, settings.options());
            if (settings.from().isPresent()) {
                bind(f, family, settings.from().get());
            }
            try (var arena = Arena.ofConfined()) {
                return Libc.connect(f, Sockets.encode(remote, family, arena));
            } catch (IOException e) {
                throw SocketFailure.cannotConnect(remote, SocketErrors.of(e), e);
            }
        });
        return connecting.of(fd, family, connected);
    }

    public static PacketChannel packets(Address local, SocketSettings settings) throws IOException {
        var inherited = Inherited.take(local, Libc.SOCK_DGRAM);
        if (!inherited.isEmpty()) {
            return Inherited.orGiveBack(inherited, fds -> {
                if (fds.size() > 1) {
                    throw new BindException("cannot bind " + local + ": " + fds.size() + " inherited datagram sockets are bound there, and a server"
                            + " serves one; start it with one of them");
                }
                var family = Sockets.familyOf(fds.getFirst());
                Options.setAll(fds.getFirst(), family, false, ofSocket(false, local, settings));
                return new LinuxPackets(fds.getFirst(), family, Optional.empty());
            });
        }
        var family = Sockets.family(local);
        return Sockets.orClose(Libc.socket(family, Libc.SOCK_DGRAM), fd -> {
            prepare(fd, family, false, local, settings);
            return bound(fd, family, Libc.SOCK_DGRAM, local, settings, file -> new LinuxPackets(fd, family, file));
        });
    }

    /** The options that a socket must have before it is bound. Every interface means IPv4 too, unless the user says otherwise. */
    private static void prepare(int fd, int family, boolean stream, Address address, SocketSettings settings) throws IOException {
        if (family == Libc.AF_INET6 && address.isAny() && settings.option(WeftSocketOptions.IPV6_ONLY).isEmpty()) {
            Libc.setOption(fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 0);
        }
        Options.setAll(fd, family, stream, ofSocket(stream, address, settings));
    }

    /** The options without those that this class sees to itself, each for one kind of socket; to any other kind it is unknown. */
    private static Map<SocketOption<?>, Object> ofSocket(boolean listens, Address address, SocketSettings settings) {
        if (address.kind() == Address.Kind.UNIX) {
            return Options.without(Options.OF_FILE, settings.options());
        }
        return listens && address.kind() == Address.Kind.INET ? Options.without(Options.OF_PORT, settings.options()) : settings.options();
    }

    private interface Rest<T> {
        T of(Optional<SocketFile> toRemove) throws IOException;
    }

    /** Binds and does the rest; a Unix socket's file gets its mode, and goes again if anything fails. */
    private static <T> T bound(int fd, int family, int type, Address address, SocketSettings settings, Rest<T> rest) throws IOException {
        if (address.kind() != Address.Kind.UNIX) {
            bind(fd, family, address);
            return rest.of(Optional.empty());
        }
        var path = Path.of(address.host());
        var unlink = settings.option(WeftSocketOptions.UNIX_UNLINK).orElse(false);
        if (unlink) {
            SocketFile.removeStale(path, socket -> nobodyAt(address, type));
        }
        bind(fd, family, address);
        var file = SocketFile.made(path);
        try {
            var mode = settings.option(WeftSocketOptions.UNIX_MODE);
            if (mode.isPresent()) {
                Files.setPosixFilePermissions(path, mode.get());
            }
            return rest.of(unlink ? Optional.of(file) : Optional.empty());
        } catch (IOException | RuntimeException | Error e) {
            file.remove();
            throw e;
        }
    }

    /** Whether a connection attempt there, by a socket of the same type, is refused. */
    private static boolean nobodyAt(Address address, int type) throws IOException {
        return Sockets.closing(Libc.socket(Libc.AF_UNIX, type), fd -> {
            try (var arena = Arena.ofConfined()) {
                Libc.connect(fd, Sockaddr.unix(address, arena));
                return false;
            } catch (SystemException e) {
                return e.errno() == Errno.ECONNREFUSED; // another type of socket, no permission, a full queue: none of them says so
            }
        });
    }

    private static void bind(int fd, int family, Address address) throws IOException {
        try (var arena = Arena.ofConfined()) {
            Libc.bind(fd, Sockets.encode(address, family, arena));
        } catch (IOException e) {
            throw SocketFailure.cannotBind(address, SocketErrors.of(e), e);
        }
    }
}
