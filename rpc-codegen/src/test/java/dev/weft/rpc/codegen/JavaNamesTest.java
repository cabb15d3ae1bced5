package dev.weft.rpc.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of rpcs become Java's. */
@Timeout(30)
class JavaNamesTest {
    @ParameterizedTest
    @CsvSource({
            "GetFeature,  getFeature,  GET_FEATURE",
            "getFeature,  getFeature,  GET_FEATURE",
            "get_feature, getFeature,  GET_FEATURE",
            "GET_FEATURE, gETFEATURE,  GET_FEATURE",
            "URLGet,      uRLGet,      URL_GET",
            "GetURL,      getURL,      GET_URL",
            "GetV2,       getV2,       GET_V2",
            "V2Get,       v2Get,       V2_GET",
            "_Hidden,     hidden,      HIDDEN",
            "Get_2nd,     get2nd,      GET_2ND",
            "_2nd,        _2nd,        _2ND",
            "__,          __,          __",
            "A,           a,           A"})
    void anRpcIsAMethodAndAConstant(String rpc, String method, String constant) {
        assertThat(List.of(JavaNames.method(rpc), JavaNames.constant(rpc))).containsExactly(method, constant);
    }

    @Test
    void aTakenNameGetsUnderscores() {
        var scope = new Scope(List.of("wait"));
        assertThat(List.of(scope.take("wait"), scope.take("wait"), scope.take("new"), scope.take("news"), scope.take("_")))
                .containsExactly("wait_", "wait__", "new_", "news", "__");
    }
}
