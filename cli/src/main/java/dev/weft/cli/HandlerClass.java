package dev.weft.cli;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.weft.net.DatagramBuilder;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/**
 * A handler class of the user's own: each request gets a new object of it.
 *
 * @param type the class, loaded and not yet initialised
 */
record HandlerClass(Class<?> type) implements Serveable {
    /**
     * Finds the class in jars and folders.
     *
     * @param classPath separated as the system separates paths
     * @throws IllegalArgumentException when it isn't there, can't be loaded, or is no handler
     */
    static Serveable load(String name, String classPath) {
        var entries = classPath.split(File.pathSeparator, -1);
        var urls = new URL[entries.length];
        for (int i = 0; i < entries.length; i++) {
            urls[i] = url(entries[i]);
        }
        // Lives as long as the server, that is as long as the process: never closed.
        var loader = new URLClassLoader("class-path", urls, HandlerClass.class.getClassLoader());
        var type = find(name, loader, classPath);
        if (!Handler.class.isAssignableFrom(type) && !DatagramHandler.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(name + " is no handler: it has to implement dev.weft.net.Handler (or extend RequestHandler),"
                    + " or dev.weft.net.DatagramHandler for UDP");
        }
        return new HandlerClass(type);
    }

    @Override
    public String name() {
        return type.getSimpleName();
    }

    @Override
    public Serveable inWorkers() {
        return this;
    }

    @Override
    public Server open(StreamBuilder server) throws IOException {
        if (!Handler.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(type.getName() + " is a DatagramHandler: serve it with --udp HOST:PORT");
        }
        return server.open(type.asSubclass(Handler.class));
    }

    @Override
    public Server open(DatagramBuilder server) throws IOException {
        if (!DatagramHandler.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(type.getName() + " is no DatagramHandler: serve it with --tcp or --unix, not --udp");
        }
        return server.open(type.asSubclass(DatagramHandler.class));
    }

    private static URL url(String entry) {
        var path = Path.of(entry);
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException("--class-path: no such jar or folder, or not readable: '" + entry + "'");
        }
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("--class-path: " + e.getMessage(), e);
        }
    }

    private static Class<?> find(String name, ClassLoader loader, String classPath) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no class " + name + " in " + classPath
                    + " (its full name, with the package; a nested class as Outer$Inner)", e);
        } catch (UnsupportedClassVersionError e) {
            throw new IllegalArgumentException(name + " was compiled for a newer Java than this " + Runtime.version().feature(), e);
        } catch (NoClassDefFoundError e) {
            // Of its supertypes, or of the name that the file itself bears.
            throw new IllegalArgumentException("cannot load " + name + ": " + e.getMessage() + " is missing or misnamed in "
                    + classPath, e);
        } catch (LinkageError e) {
            throw new IllegalArgumentException("cannot load " + name + ": " + e.getMessage(), e);
        }
    }
}
