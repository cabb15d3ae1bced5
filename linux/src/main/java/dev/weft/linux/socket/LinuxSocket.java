package dev.weft.linux.socket;

import java.io.IOException;
import java.net.SocketOption;
import java.util.OptionalInt;
import java.util.Set;

import dev.weft.linux.poll.Watched;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Options;
import dev.weft.net.spi.Waitable;

/** A socket of this process that is watched: its descriptor, and the options that go with its family. */
abstract class LinuxSocket extends Watched implements Waitable {
    final Descriptor descriptor;
    final int family;

    LinuxSocket(Descriptor descriptor, int family) {
        this.descriptor = descriptor;
        this.family = family;
    }

    /** Listeners and connections; datagram sockets say no. */
    boolean isStream() {
        return true;
    }

    @Override
    public final OptionalInt fileno() {
        return descriptor.isOpen() ? OptionalInt.of(descriptor.number()) : OptionalInt.empty();
    }

    @Override
    public final Set<SocketOption<?>> supportedOptions() {
        return isStream() ? Options.ofStreams(family) : Options.ofDatagrams(family);
    }

    @Override
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        Options.set(descriptor, family, isStream(), option, value);
    }

    @Override
    public final <T> T option(SocketOption<T> option) throws IOException {
        return Options.get(descriptor, family, isStream(), option);
    }
}
