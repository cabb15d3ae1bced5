package dev.weft.queue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of what holds at every {@link Place}. */
@ParameterizedClass
@EnumSource(Place.class)
@Timeout(60)
abstract class EveryPlaceTest {
    @Parameter
    Place place;
    Ends ends;

    @BeforeEach
    void begin() {
        ends = new Ends(place);
    }

    @AfterEach
    void end() throws Exception {
        ends.close();
    }
}
