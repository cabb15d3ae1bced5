package dev.weft.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.WrappersProto;
import com.google.rpc.ErrorDetailsProto;
import dev.weft.rpc.CallOptions;
import dev.weft.rpc.Exchange;
import dev.weft.rpc.RpcClient;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.RpcMethod;
import dev.weft.rpc.Status;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells of its services and their messages, asked for as it is needed, through grpc.reflection.v1 or else v1alpha, whose messages are
 * the same but for their names. For several threads.
 */
final class CallReflection {
    /** So much may be imported by something that is imported, and so on: each takes some stack. */
    private static final int DEEPEST = 200;
    /** Protobuf's own files, which servers need not have; as they are here, no server can lie about them. */
    private static final List<FileDescriptor> WELL_KNOWN = List.of(AnyProto.getDescriptor(), ApiProto.getDescriptor(), DurationProto.getDescriptor(),
            EmptyProto.getDescriptor(), FieldMaskProto.getDescriptor(), SourceContextProto.getDescriptor(), StructProto.getDescriptor(),
            TimestampProto.getDescriptor(), TypeProto.getDescriptor(), WrappersProto.getDescriptor(), DescriptorProtos.getDescriptor());

    private final RpcClient client;
    private final CallOptions options;
    private final String server;
    private final Deque<String> versions = new ArrayDeque<>(List.of("grpc.reflection.v1", "grpc.reflection.v1alpha"));
    /** By path, what has been asked for and not yet been built. */
    private final Map<String, FileDescriptorProto> told = new HashMap<>();
    /** By path. */
    private final Map<String, FileDescriptor> files = new HashMap<>();
    /** By full name: messages, enums and services. */
    private final Map<String, GenericDescriptor> symbols = new HashMap<>();
    /** Names that need not be asked for again. */
    private final Set<String> asked = new HashSet<>();
    private @Nullable TypeRegistry types;

    /** Nothing is asked yet. */
    CallReflection(RpcClient client, CallOptions options, String server) {
        this.client = client;
        this.options = options;
        this.server = server;
        WELL_KNOWN.forEach(this::add);
        add(ErrorDetailsProto.getDescriptor()); // which servers send and don't tell of
    }

    /** The full names of all services, sorted. */
    synchronized List<String> services() throws IOException {
        return ask(request -> request.setListServices("*")).getListServicesResponse().getServiceList().stream().map(ServiceResponse::getName).sorted()
                .toList();
    }

    /** What has this full name: a message, an enum, a service; empty when the server knows nothing of it. */
    synchronized Optional<GenericDescriptor> find(String name) throws IOException {
        if (!symbols.containsKey(name) && asked.add(name)) {
            build(ask(request -> request.setFileContainingSymbol(name)));
        }
        return Optional.ofNullable(symbols.get(name));
    }

    /** As {@link #find}, also what services only use: of enums most servers tell nothing when asked by name. */
    synchronized Optional<GenericDescriptor> findUsed(String name) throws IOException {
        if (find(name).isEmpty()) {
            for (var service : services()) {
                find(service);
            }
        }
        return Optional.ofNullable(symbols.get(name));
    }

    /** All messages that are known by now. */
    synchronized TypeRegistry types() {
        if (types == null) {
            types = TypeRegistry.newBuilder().add(symbols.values().stream().filter(Descriptor.class::isInstance).map(Descriptor.class::cast).toList())
                    .build();
        }
        return types;
    }

    private void build(ServerReflectionResponse response) throws IOException {
        var names = new ArrayList<String>();
        for (var bytes : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            names.add(tell(bytes));
        }
        for (var name : names) {
            file(name, 0);
        }
    }

    private String tell(ByteString bytes) throws IOException {
        try {
            var file = FileDescriptorProto.parseFrom(bytes);
            told.putIfAbsent(file.getName(), file);
            return file.getName();
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("the reflection of " + server + " has sent a file that can't be read: " + e.getMessage(), e);
        }
    }

    /** Null when the server does not have it, or it imports itself. */
    private @Nullable FileDescriptor file(String name, int depth) throws IOException {
        var built = files.get(name);
        if (built != null) {
            return built;
        }
        if (depth > DEEPEST) {
            throw new IOException("the reflection of " + server + " tells of more than " + DEEPEST + " files that import each other, to " + name);
        }
        if (!told.containsKey(name) && asked.add(name)) {
            for (var bytes : ask(request -> request.setFileByFilename(name)).getFileDescriptorResponse().getFileDescriptorProtoList()) {
                tell(bytes);
            }
        }
        var proto = told.remove(name);
        if (proto == null) {
            return null;
        }
        var imports = new ArrayList<FileDescriptor>();
        for (var each : proto.getDependencyList()) {
            var imported = file(each, depth + 1);
            if (imported != null) {
                imports.add(imported);
            }
        }
        try {
            // What is imported and not there stays a name: mostly it has only options.
            var file = FileDescriptor.buildFrom(proto, imports.toArray(FileDescriptor[]::new), true);
            add(file);
            return file;
        } catch (DescriptorValidationException | IllegalArgumentException e) {
            throw new IOException("the reflection of " + server + " makes no sense in " + name + ": " + e.getMessage(), e);
        }
    }

    private void add(FileDescriptor file) {
        types = null;
        files.put(file.getName(), file);
        file.getMessageTypes().forEach(this::add);
        file.getEnumTypes().forEach(type -> symbols.put(type.getFullName(), type));
        file.getServices().forEach(service -> symbols.put(service.getFullName(), service));
    }

    private void add(Descriptor message) {
        symbols.put(message.getFullName(), message);
        message.getNestedTypes().forEach(this::add);
        message.getEnumTypes().forEach(type -> symbols.put(type.getFullName(), type));
    }

    /** The answer; an empty one when the server says that it knows nothing of it. */
    private ServerReflectionResponse ask(UnaryOperator<ServerReflectionRequest.Builder> question) throws IOException {
        var response = exchange(question.apply(ServerReflectionRequest.newBuilder()).build());
        if (!response.hasErrorResponse()) {
            return response;
        }
        var error = response.getErrorResponse();
        if (error.getErrorCode() == Status.NOT_FOUND.number() || error.getErrorCode() == Status.INVALID_ARGUMENT.number()) {
            return ServerReflectionResponse.getDefaultInstance();
        }
        throw new IOException("the reflection of " + server + " has failed: " + error.getErrorMessage() + " (" + error.getErrorCode() + ")");
    }

    private ServerReflectionResponse exchange(ServerReflectionRequest request) throws IOException {
        while (!versions.isEmpty()) {
            try (var call = begin(versions.getFirst())) {
                call.send(request);
                call.finish();
                return call.receive();
            } catch (RpcException e) {
                if (e.status() != Status.UNIMPLEMENTED) {
                    throw e;
                }
                versions.removeFirst();
            } catch (NoSuchElementException e) {
                throw new IOException("the reflection of " + server + " has ended before it answered", e);
            }
        }
        throw new IOException(server + " has no server reflection, so its services are not known here"
                + " (in Weft switch it on with RpcServer.tcp(...).reflection(); other servers call it grpc.reflection.v1 or v1alpha)");
    }

    private Exchange<ServerReflectionRequest, ServerReflectionResponse> begin(String version) {
        return client.exchange(RpcMethod.of(version + ".ServerReflection/ServerReflectionInfo", ServerReflectionRequest.getDefaultInstance(),
                ServerReflectionResponse.getDefaultInstance()), options);
    }
}
