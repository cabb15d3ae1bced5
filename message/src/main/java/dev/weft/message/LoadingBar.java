package dev.weft.message;

import java.util.List;
import java.util.function.Consumer;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error; only to be touched where its library is at hand. */
final class LoadingBar {
    private static final int WIDTH = 80;

    private LoadingBar() {}

    static void each(List<Key<?>> keys, Consumer<Key<?>> load) {
        try (var bar = new ProgressBarBuilder().setTaskName("loading").setInitialMax(keys.size()).setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH)).build()) {
            for (var key : keys) {
                bar.setExtraMessage(key.name());
                load.accept(key);
                bar.step();
            }
        }
    }
}
