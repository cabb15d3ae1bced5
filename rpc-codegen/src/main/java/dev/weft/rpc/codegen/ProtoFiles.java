package dev.weft.rpc.codegen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;

/** The files of a request, linked to what they import. */
final class ProtoFiles {
    private ProtoFiles() {
    }

    /** The files that protoc was called with, in its order. */
    static List<FileDescriptor> toGenerate(CodeGeneratorRequest request) throws RefusedException {
        Map<String, FileDescriptor> linked = new HashMap<>();
        // plugin.proto: a file comes after all that it imports.
        for (var file : request.getProtoFileList()) {
            linked.put(file.getName(), link(file, linked));
        }
        var files = new ArrayList<FileDescriptor>();
        for (var name : request.getFileToGenerateList()) {
            files.add(found(name, linked));
        }
        return files;
    }

    private static FileDescriptor link(FileDescriptorProto file, Map<String, FileDescriptor> linked) throws RefusedException {
        var imports = new ArrayList<FileDescriptor>();
        for (var name : file.getDependencyList()) {
            imports.add(found(name, linked));
        }
        try {
            return FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException e) {
            throw new RefusedException(file.getName() + ": " + e.getMessage());
        }
    }

    private static FileDescriptor found(String name, Map<String, FileDescriptor> linked) throws RefusedException {
        var file = linked.get(name);
        if (file == null) {
            throw new RefusedException("the request names " + name + " but does not hold it: was it written by protoc?");
        }
        return file;
    }
}
