package dev.weft.net;

/** An object that handles the messages of all connections, seen as one object a connection. */
final class EachMessage<T> extends MessageRequestHandler<T> {
    private final MessageHandler<? super T> handler;

    EachMessage(Framing<T> framing, MessageHandler<? super T> handler) {
        super(framing);
        this.handler = handler;
    }

    @Override
    protected void handle(T message) throws Exception {
        handler.handle(message, connection());
    }
}
