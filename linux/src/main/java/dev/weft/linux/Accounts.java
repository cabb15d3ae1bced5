package dev.weft.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;

import jdk.net.UnixDomainPrincipal;

/** The names behind user and group numbers. */
final class Accounts {
    private static final FunctionDescriptor LOOKUP = FunctionDescriptor.of(ADDRESS, JAVA_INT);
    private static final MethodHandle GETPWUID = Libc.handle("getpwuid", LOOKUP);
    private static final MethodHandle GETGRGID = Libc.handle("getgrgid", LOOKUP);

    private Accounts() {}

    /** A peer's user and group; by their numbers where they have no names here. */
    static UnixDomainPrincipal principal(int user, int group) throws IOException {
        var names = FileSystems.getDefault().getUserPrincipalLookupService();
        return new UnixDomainPrincipal(names.lookupPrincipalByName(name(GETPWUID, user)), names.lookupPrincipalByGroupName(name(GETGRGID, group)));
    }

    /** Both structs begin with the name: pwd.h, grp.h. They stand in one place for the whole process, hence one at a time. */
    private static synchronized String name(MethodHandle lookup, int id) {
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var entry = (MemorySegment) lookup.invokeExact(Libc.errnoRoom(arena), id);
            if (entry.address() == 0) {
                return Integer.toUnsignedString(id);
            }
            return entry.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0).reinterpret(1024).getString(0, StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }
}
