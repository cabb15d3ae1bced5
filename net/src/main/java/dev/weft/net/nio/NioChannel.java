package dev.weft.net.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.Set;

import dev.weft.net.spi.Waitable;

/** What this transport's channels share: their socket options are those of the java.nio channel below. */
interface NioChannel extends Waitable, NioLoop.Parked {
    /** The java.nio channel. */
    NetworkChannel channel();

    @Override
    default Set<SocketOption<?>> supportedOptions() {
        return channel().supportedOptions();
    }

    @Override
    default <T> void option(SocketOption<T> option, T value) throws IOException {
        channel().setOption(option, value);
    }

    @Override
    default <T> T option(SocketOption<T> option) throws IOException {
        return channel().getOption(option);
    }
}
