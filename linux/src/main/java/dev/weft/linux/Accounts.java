package dev.weft.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;

import jdk.net.UnixDomainPrincipal;

/** The names behind user and group numbers. */
final class Accounts {
    private static final MemorySegment GETPWUID = Libc.function("getpwuid");
    private static final MemorySegment GETGRGID = Libc.function("getgrgid");

    private Accounts() {}

    /** A peer's user and group; by their numbers where they have no names here. */
    static UnixDomainPrincipal principal(int user, int group) throws IOException {
        var names = FileSystems.getDefault().getUserPrincipalLookupService();
        return new UnixDomainPrincipal(names.lookupPrincipalByName(name(GETPWUID, user)), names.lookupPrincipalByGroupName(name(GETGRGID, group)));
    }

    /** Both structs begin with the name: pwd.h, grp.h. They stand in one place for the whole process, hence one at a time. */
    private static synchronized String name(MemorySegment lookup, int id) {
        try (var arena = Arena.ofConfined()) {
            var entry = Libc.call(lookup, Libc.errnoRoom(arena), id, 0, 0, 0, 0, 0);
            return entry == 0
                    ? Integer.toUnsignedString(id)
                    : Libc.text(MemorySegment.ofAddress(entry).reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0).address());
        }
    }
}
