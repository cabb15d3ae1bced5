package dev.weft.kafka;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a {@link KafkaPipeline} makes of a message: none, one, or several.
 *
 * @param <A> the type of what comes in
 * @param <B> the type of what goes out
 */
@FunctionalInterface
public interface KafkaStage<A, B> {
    /**
     * Makes messages of one. It may be called again with the same message, when the transaction was aborted; what it does beside handing messages to
     * {@code out} is not taken back then.
     *
     * @param out takes what is made, within this call
     * @throws Exception to abort the transaction, and try again after a pause: {@link KafkaTopic#retry}
     */
    void process(A message, Consumer<? super B> out) throws Exception;

    /** One for one. */
    static <A, B> KafkaStage<A, B> map(Function<? super A, ? extends B> function) {
        return (message, out) -> out.accept(function.apply(message));
    }
}
