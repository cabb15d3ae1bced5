package dev.weft.kafka;

/** What becomes of a record that a source can't decode, or of a message that a sink can't send as it is. */
public sealed interface Poison {
    /**
     * It ends the source or the sink, with a failure that says where it lies; it is not acknowledged, and comes again. The default: nothing is
     * passed over unseen.
     */
    static Poison stop() {
        return new Stop();
    }

    /** It is logged, counted, acknowledged, and passed over. Of records that can't be decoded, ten a minute at most are logged. */
    static Poison skip() {
        return new Skip();
    }

    /**
     * It is written as it came to this topic, with key and headers and the headers {@code weft.topic}, {@code weft.partition}, {@code weft.offset}
     * and {@code weft.failure}, and acknowledged when the brokers have it there. For sources and pipelines.
     */
    static Poison deadLetters(String topic) {
        return new DeadLetters(topic);
    }

    /** It is handed to this, and then acknowledged. For sources and pipelines. */
    static Poison handler(Handler handler) {
        return new Handled(handler);
    }

    /** Takes poison. */
    @FunctionalInterface
    interface Handler {
        /**
         * Takes a record that can't be decoded; on the source's thread, which fetches nothing meanwhile.
         *
         * @throws Exception when it can't: the source ends as with {@link Poison#stop}
         */
        void handle(KafkaMessage<byte[]> record, Exception why) throws Exception;
    }

    /** {@link Poison#stop}. */
    record Stop() implements Poison {}

    /** {@link Poison#skip}. */
    record Skip() implements Poison {}

    /**
     * {@link Poison#deadLetters}.
     *
     * @param topic where they go
     */
    record DeadLetters(String topic) implements Poison {}

    /**
     * {@link Poison#handler}.
     *
     * @param handler takes it
     */
    record Handled(Handler handler) implements Poison {}
}
