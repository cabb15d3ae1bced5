package dev.weft.net;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Objects;

/**
 * Where the handler of a request comes from: one object for all, or a new one of a class each.
 *
 * @param <H> the kind of handler
 */
interface HandlerSource<H> {
    /** The handler of the next request; fails as the class's constructor does. */
    H next() throws Exception;

    /** Whether they serve connections message by message: each is a {@link MessageRequestHandler}. */
    default boolean byMessage() {
        return given() instanceof MessageHandler || (given() instanceof Class<?> type && MessageRequestHandler.class.isAssignableFrom(type));
    }

    /** What the server was given: the object or the class (socketserver's RequestHandlerClass). */
    Object given();

    /** One object for all requests. */
    static <H> HandlerSource<H> of(H handler) {
        if (handler instanceof ServesOnce) {
            var type = handler.getClass().getSimpleName();
            throw new IllegalArgumentException(type + " serves one request: give the server the class, " + type + ".class");
        }
        return new HandlerSource<>() {
            @Override
            public H next() {
                return handler;
            }

            @Override
            public Object given() {
                return handler;
            }
        };
    }

    /** One object for the messages of all connections. */
    static <T> HandlerSource<Handler> of(Framing<T> framing, MessageHandler<? super T> handler) {
        Objects.requireNonNull(framing);
        Objects.requireNonNull(handler);
        return new HandlerSource<>() {
            @Override
            public Handler next() {
                return new EachMessage<>(framing, handler);
            }

            @Override
            public Object given() {
                return handler;
            }
        };
    }

    /** A new object of this class for each request. */
    static <H> HandlerSource<H> of(Class<? extends H> type) {
        var constructor = constructor(type);
        return new HandlerSource<>() {
            @Override
            public H next() throws Exception {
                try {
                    return constructor.newInstance();
                } catch (InvocationTargetException e) {
                    if (e.getCause() instanceof Exception cause) {
                        throw cause;
                    }
                    throw (Error) e.getCause();
                }
            }

            @Override
            public Object given() {
                return type;
            }
        };
    }

    private static <H> Constructor<? extends H> constructor(Class<? extends H> type) {
        if (Modifier.isAbstract(type.getModifiers()) || type.isInterface()) {
            throw new IllegalArgumentException(type.getName() + " is abstract: no object of it can serve");
        }
        if ((type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) || type.isLocalClass() || type.isAnonymousClass()) {
            throw new IllegalArgumentException(type.getName() + " needs an object around it: make it static or top-level");
        }
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type.getName() + " has no constructor without arguments", e);
        } catch (InaccessibleObjectException e) {
            throw new IllegalArgumentException(type.getName() + " can't be made from here: open or export " + type.getPackageName()
                    + " to dev.weft.net in its module-info", e);
        }
    }
}
