package dev.weft.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A module of the build: its folder, and in it the sources and the class files of its main code. */
record WeftModule(String name, Path folder) {
    private static final Pattern EXPORT = Pattern.compile("\\bexports\\s+([\\w.]+)(\\s+to\\s+[\\w.,\\s]+)?;");

    boolean hasCode() {
        return Files.isDirectory(sourceFolder());
    }

    /** Every source file but the descriptors of packages and modules. */
    List<Path> sources() {
        return files(sourceFolder(), ".java");
    }

    /** Every class file but the descriptors of packages and modules. */
    List<Path> classFiles() {
        var files = Files.isDirectory(classFolder()) ? files(classFolder(), ".class") : List.<Path>of();
        if (files.isEmpty()) {
            throw new IllegalStateException("module " + name + " has sources and no class files in " + classFolder() + ": build it first (mvn -pl "
                    + name + " -am test-compile)");
        }
        return files;
    }

    Path classFolder() {
        return folder.resolve("target/classes");
    }

    /** Empty for a program that runs on the class path. */
    Optional<Exports> exports() {
        var descriptor = sourceFolder().resolve("module-info.java");
        if (!Files.exists(descriptor)) {
            return Optional.empty();
        }
        var toSomebody = new HashSet<String>();
        var toEverybody = new HashSet<String>();
        EXPORT.matcher(Reactor.read(descriptor)).results().forEach(found -> {
            toSomebody.add(found.group(1));
            if (found.group(2) == null) {
                toEverybody.add(found.group(1));
            }
        });
        return Optional.of(new Exports(toSomebody, toEverybody));
    }

    /** The packages that a module shows. */
    record Exports(Set<String> toSomebody, Set<String> toEverybody) {}

    private Path sourceFolder() {
        return folder.resolve("src/main/java");
    }

    private static List<Path> files(Path folder, String suffix) {
        try (var all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(suffix) && !file.getFileName().toString().contains("-info.")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
