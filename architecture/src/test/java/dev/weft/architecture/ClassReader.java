package dev.weft.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One class file: which class it is part of, which others it names, which methods it calls. Nested classes count as part of their top-level class.
 */
record ClassReader(String name, Set<String> interfaces, Set<String> named, Set<String> methods) {
    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)(?=[;<])");

    static ClassReader of(Path file) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var named = new HashSet<String>();
        var methods = new HashSet<String>();
        for (var entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> inDescriptors(type.asInternalName()).forEach(named::add);
                // Descriptors, generic signatures and annotations are only text in the pool.
                case Utf8Entry text -> IN_DESCRIPTOR.matcher(text.stringValue()).results().map(found -> topLevel(found.group(1))).forEach(named::add);
                case MemberRefEntry member -> methods.add(member.owner().asInternalName().replace('/', '.') + "." + member.name().stringValue());
                default -> {
                }
            }
        }
        var interfaces = new HashSet<String>();
        model.interfaces().forEach(each -> interfaces.add(each.asInternalName().replace('/', '.')));
        return new ClassReader(topLevel(model.thisClass().asInternalName()), interfaces, named, methods);
    }

    private static Stream<String> inDescriptors(String internalName) {
        return internalName.startsWith("[")
                ? IN_DESCRIPTOR.matcher(internalName).results().map(found -> topLevel(found.group(1)))
                : Stream.of(topLevel(internalName));
    }

    private static String topLevel(String internalName) {
        var dollar = internalName.indexOf('$');
        return (dollar < 0 ? internalName : internalName.substring(0, dollar)).replace('/', '.');
    }
}
