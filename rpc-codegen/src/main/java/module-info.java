/**
 * Writes the service interfaces of {@code dev.weft.rpc} from {@code .proto} files, as a plugin of protoc.
 *
 * <p>It is run by a build and needed by no program: see {@link dev.weft.rpc.codegen.ProtocPlugin}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.rpc.codegen {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires com.google.protobuf;

    exports dev.weft.rpc.codegen;
}
