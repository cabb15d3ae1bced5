package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Names of this package can be imported with those of protocol buffers, both by a star")
@Timeout(60)
class NamesTest {
    @Test
    void noneIsAlsoTheNameOfATypeOfProtocolBuffersOrOfTheLanguage() throws Exception {
        var names = publicNames();
        assertThat(names).contains("RpcServer", "RpcClient", "RpcMethod", "Status");
        for (var name : names) {
            assertThat(exists("com.google.protobuf." + name)).as("com.google.protobuf.%s", name).isFalse();
            assertThat(exists("java.lang." + name)).as("java.lang.%s", name).isFalse();
        }
    }

    private static List<String> publicNames() throws IOException, URISyntaxException {
        var root = Path.of(RpcServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = Files.list(root.resolve("dev/weft/rpc"))) {
            return files.map(file -> file.getFileName().toString()).filter(file -> file.endsWith(".class") && !file.contains("$"))
                    .map(file -> file.substring(0, file.length() - ".class".length())).filter(NamesTest::isPublic).toList();
        }
    }

    private static boolean isPublic(String name) {
        if (name.equals("package-info")) {
            return false;
        }
        try {
            return Modifier.isPublic(Class.forName("dev.weft.rpc." + name, false, NamesTest.class.getClassLoader()).getModifiers());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean exists(String name) {
        try {
            Class.forName(name, false, NamesTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
