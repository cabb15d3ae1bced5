package dev.weft.linux;

import java.io.IOException;

import dev.weft.linux.socket.Binding;
import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;

/** What both native transports have in common: where they serve, and the datagram sockets. */
abstract class LinuxTransport implements Transport {
    @Override
    public boolean streams(Address address) {
        return address.kind() != Address.Kind.MEMORY && unavailable().isEmpty();
    }

    @Override
    public boolean datagrams(Address address) {
        return streams(address);
    }

    @Override
    public PacketChannel bind(Address local, SocketSettings settings) throws IOException {
        return Binding.packets(local, settings);
    }
}
