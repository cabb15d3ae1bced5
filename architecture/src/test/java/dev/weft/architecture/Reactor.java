package dev.weft.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The modules that the parent pom names: none is entered by hand, and none is left out. */
final class Reactor {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern MODULE = Pattern.compile("<module>([\\w-]+)</module>");

    private Reactor() {
    }

    static List<WeftModule> modules() {
        return MODULE.matcher(read(ROOT.resolve("pom.xml"))).results().map(found -> new WeftModule(found.group(1), ROOT.resolve(found.group(1))))
                .toList();
    }

    /** Those that have main code. */
    static List<WeftModule> modulesWithCode() {
        return modules().stream().filter(WeftModule::hasCode).toList();
    }

    static WeftModule module(String name) {
        return modules().stream().filter(module -> module.name().equals(name)).findFirst().orElseThrow();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
