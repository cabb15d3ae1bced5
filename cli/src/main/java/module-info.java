/** The {@code weft} command. */
@org.jspecify.annotations.NullMarked module dev.weft.cli {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires dev.weft.net;
    requires dev.weft.chat;
    requires dev.weft.message;
    requires dev.weft.queue;
    requires info.picocli;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires java.logging;
    requires jdk.unsupported;
    // For call alone: every other command starts without them.
    requires static dev.weft.rpc;
    requires static com.google.gson;
    requires static com.google.protobuf.util;
    requires static io.grpc.services;
    requires static proto.google.common.protos;

    opens dev.weft.cli to dev.weft.net;
}
