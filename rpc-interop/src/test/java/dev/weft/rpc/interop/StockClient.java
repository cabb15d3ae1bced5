package dev.weft.rpc.interop;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

import io.grpc.testing.integration.TestServiceClient;

/**
 * The client of the suite for grpc-java, with the arguments of its command line. Its {@code main} would end the JVM, so what that runs is run one by
 * one; a case that fails throws.
 */
final class StockClient {
    private final TestServiceClient client = new TestServiceClient();

    private StockClient() {}

    static void run(int port, List<String> arguments) throws Exception {
        var all = new ArrayList<>(List.of("--server_host=127.0.0.1", "--server_port=" + port));
        all.addAll(arguments);
        var client = new StockClient();
        client.step("parseArgs", new Class<?>[] {String[].class}, (Object) all.toArray(String[]::new));
        client.step("setUp", new Class<?>[0]);
        try {
            client.step("run", new Class<?>[0]);
        } finally {
            client.step("tearDown", new Class<?>[0]);
        }
    }

    private void step(String name, Class<?>[] types, Object... arguments) throws Exception {
        var method = TestServiceClient.class.getDeclaredMethod(name, types);
        method.setAccessible(true);
        try {
            method.invoke(client, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw new AssertionError("the stock client's " + name + " failed: " + e.getCause().getMessage(), e.getCause());
        }
    }
}
