package dev.weft.cli;

import java.io.BufferedReader;
import java.util.function.Consumer;

/**
 * A command's conversation with whoever types.
 *
 * @param terminal where to print while it lasts: on a real terminal, above the line that is being typed
 * @param lines what is typed or piped; what was printed without a line's end before a line is asked for is its prompt
 * @param closer gives a real terminal back as it was; may be called again
 */
record Console(Terminal terminal, BufferedReader lines, Runnable closer) implements AutoCloseable {
    /**
     * With the process's own terminal, or with what stands in its place.
     *
     * @param wrong is told of lines that are no text, and are left out
     */
    static Console of(Terminal terminal, Consumer<String> wrong) {
        var here = terminal.detected();
        // Its classes are loaded where somebody sits alone.
        var editor = here.interactive() && here.in() == System.in ? LineEditor.open(here) : null;
        return editor == null ? new Console(here, new InputLines(here.in(), here.charset(), wrong), () -> {})
                : new Console(editor.terminal(), editor, editor::leave);
    }

    @Override
    public void close() {
        closer.run();
    }
}
