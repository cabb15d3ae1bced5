package dev.weft.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import dev.weft.cli.cellar.Bottle;
import dev.weft.cli.cellar.Cellar;
import dev.weft.cli.cellar.Colour;
import dev.weft.cli.cellar.Count;
import dev.weft.cli.cellar.Label;
import dev.weft.cli.cellar.Place;
import dev.weft.cli.cellar.Search;
import dev.weft.cli.cellar.Verdict;
import dev.weft.rpc.Call;
import dev.weft.rpc.Incoming;
import dev.weft.rpc.Outgoing;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.Status;

/** The service that {@code weft call} is tried on: a method of each kind, and messages with a bit of everything. */
class CallCellar implements Cellar {
    static final int NOTHING = 404;
    static final int WRONG = 400;
    static final int FOREIGN = 500;
    static final int FOR_EVER = 1000;

    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);

    @Override
    public Bottle find(Place request) throws Exception {
        switch (request.getShelf()) {
            case NOTHING -> throw new RpcException(Status.NOT_FOUND, "nothing on shelf\n" + NOTHING);
            case WRONG -> throw new RpcException(Status.INVALID_ARGUMENT, "no such shelf").detail(BadRequest.newBuilder()
                    .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("shelf").setDescription("is a floor")).build())
                    .detail(request);
            case FOREIGN -> throw new RpcException(Status.ABORTED, "")
                    .detail(Any.newBuilder().setTypeUrl("type.example/no.Such").setValue(ByteString.copyFromUtf8("abc")).build());
            case FOR_EVER -> {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    cancelled.countDown();
                    throw e;
                }
            }
            default -> {
                // There is one.
            }
        }
        var metadata = Call.current().headers();
        return bottle(metadata.get("who").orElse("a bottle")).setPlace(request)
                .setSeal(ByteString.copyFrom(metadata.bytes("seal-bin").orElse(new byte[0]))).build();
    }

    static Bottle.Builder bottle(String name) {
        return Bottle.newBuilder().setName(name).setCorks(1L << 53).setColour(Colour.RED).setRating(0);
    }

    @Override
    public void look(Search request, Outgoing<Bottle> responses) throws Exception {
        for (int i = 0; i < request.getCount(); i++) {
            responses.send(Bottle.newBuilder().setPlace(Place.newBuilder().setShelf(request.getFrom().getShelf()).setSlot(i)).build());
        }
        if (request.getCount() == 2) {
            throw new RpcException(Status.OUT_OF_RANGE, "only two");
        }
    }

    @Override
    public Count store(Incoming<Bottle> requests) throws Exception {
        var bottles = 0;
        for (var bottle : requests) {
            if (bottle.getName().equals("poison")) {
                throw new RpcException(Status.FAILED_PRECONDITION, "poison after " + bottles);
            }
            bottles++;
        }
        return Count.newBuilder().setBottles(bottles).build();
    }

    @Override
    public void taste(Incoming<Bottle> requests, Outgoing<Verdict> responses) throws Exception {
        for (var bottle : requests) {
            responses.send(Verdict.newBuilder().setText(bottle.getName()).setBytes(bottle.getName().getBytes(StandardCharsets.UTF_8).length).build());
        }
    }

    /** One with all that JSON has a notation of its own for. */
    static final class Rich extends CallCellar {
        @Override
        public Bottle find(Place request) {
            return bottle("it's <\u00e9 \u009b[2J\u202e & \"= \\u003c>\n").addGrapes("a").addGrapes("b").putAwards("gold", 2).setEuros(0)
                    .setBottled(Timestamp.newBuilder().setSeconds(1_700_000_000))
                    .setExtra(Any.pack(Label.newBuilder().setMotto("in any").build())).build();
        }
    }
}
