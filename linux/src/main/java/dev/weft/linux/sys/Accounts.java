package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;

import jdk.net.UnixDomainPrincipal;

/** The names of user and group ids. A look-up may wait for a remote name service, so it must not be made between enter and leave of a descriptor. */
final class Accounts {
    private static final MemorySegment GETPWUID = Libc.function("getpwuid_r");
    private static final MemorySegment GETGRGID = Libc.function("getgrgid_r");
    /** Room for struct passwd and struct group, which have 48 and 32 bytes. */
    private static final long ENTRY = 64;
    /** A group's entry has all its members. */
    private static final int MOST_TEXT = 1 << 20;

    private Accounts() {}

    /** A peer's user and group, by name; by number when they have no name on this machine. */
    static UnixDomainPrincipal principal(int user, int group) throws IOException {
        var names = FileSystems.getDefault().getUserPrincipalLookupService();
        return new UnixDomainPrincipal(names.lookupPrincipalByName(name(GETPWUID, user)), names.lookupPrincipalByGroupName(name(GETGRGID, group)));
    }

    /** Both structs begin with the name: pwd.h, grp.h. */
    private static String name(MemorySegment lookup, int id) {
        for (int room = 1024; room <= MOST_TEXT; room *= 4) {
            try (var arena = Arena.ofConfined()) {
                var entry = arena.allocate(ENTRY, 8);
                var text = arena.allocate(room);
                var found = arena.allocate(ADDRESS);
                var error = (int) Libc.call(lookup, Libc.errnoRoom(arena), id, entry.address(), text.address(), room, found.address(), 0);
                if (error != Errno.ERANGE) {
                    var none = error != 0 || found.get(ADDRESS, 0).address() == 0;
                    return none ? Integer.toUnsignedString(id) : Libc.text(entry.get(ADDRESS, 0).address());
                }
            }
        }
        return Integer.toUnsignedString(id);
    }
}
