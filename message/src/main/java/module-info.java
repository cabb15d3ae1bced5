/**
 * Named messages and the hooks they call, for servers and clients alike, on the Pruina-Socket wire format.
 *
 * <p>Start at {@link dev.weft.message.Messages}. JSON payloads ({@link dev.weft.message.JsonCodec}) and the bar that shows values loading
 * need libraries of their own, which are optional.
 */
@org.jspecify.annotations.NullMarked module dev.weft.message {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires transitive com.google.protobuf;
    requires static com.fasterxml.jackson.databind;
    requires static me.tongfei.progressbar;

    exports dev.weft.message;
}
