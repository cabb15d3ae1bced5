package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServerSocketsRequest;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a server offers beside its services, seen by stock clients of grpc-java")
@Timeout(60)
class BesideTest {
    private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();

    private ManagedChannel channel(RpcServer server) {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
        channels.add(channel);
        return channel;
    }

    @AfterEach
    void close() throws InterruptedException {
        for (var channel : channels) {
            assertThat(channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Puts what comes into a queue; its end is not told. */
    private record Queue<T>(LinkedBlockingQueue<T> messages) implements StreamObserver<T> {
        Queue() {
            this(new LinkedBlockingQueue<>());
        }

        @Override
        public void onNext(T message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private static HealthCheckRequest of(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    @Test
    void health_tells_of_the_server_and_of_each_service() throws IOException {
        try (var server = RpcServer.tcp("127.0.0.1", 0).health().start(new RouteService())) {
            var health = HealthGrpc.newBlockingStub(channel(server));
            assertThat(health.check(of("")).getStatus()).isEqualTo(ServingStatus.SERVING);
            var unknown = catchThrowableOfType(StatusRuntimeException.class, () -> health.check(of("routeguide.Another")));
            assertThat(unknown.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.NOT_FOUND);
            assertThat(health.check(of("routeguide.RouteGuide")).getStatus()).isEqualTo(ServingStatus.SERVING);
            server.health().set("routeguide.RouteGuide", false);
            assertThat(health.check(of("routeguide.RouteGuide")).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            server.health().set(false);
            assertThat(health.check(of("")).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            server.health().set(true);
            server.health().forget("routeguide.RouteGuide");
            assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> health.check(of("routeguide.RouteGuide"))).getStatus().getCode())
                    .isEqualTo(io.grpc.Status.Code.NOT_FOUND);
        }
    }

    @Test
    void whoever_watches_health_sees_the_server_drain() throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).health().start(new RouteService())) {
            var seen = new Queue<HealthCheckResponse>();
            HealthGrpc.newStub(channel(server)).watch(of(""), seen);
            assertThat(seen.messages.take().getStatus()).isEqualTo(ServingStatus.SERVING);
            var report = server.drain(Duration.ofSeconds(30));
            assertThat(seen.messages.take().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(report.clean()).isTrue();
        }
    }

    @Test
    void so_does_whoever_watches_the_health_of_a_service_by_its_name() throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).health().start(new RouteService(), Words.saying(word -> word))) {
            var health = HealthGrpc.newStub(channel(server));
            for (var name : List.of("routeguide.RouteGuide", Words.NAME)) {
                var seen = new Queue<HealthCheckResponse>();
                health.watch(of(name), seen);
                assertThat(seen.messages.take().getStatus()).isEqualTo(ServingStatus.SERVING);
                server.health().set(name, false);
                assertThat(seen.messages.take().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
                server.health().set(name, true);
                assertThat(seen.messages.take().getStatus()).isEqualTo(ServingStatus.SERVING);
            }
            var both = new Queue<HealthCheckResponse>();
            health.watch(of("routeguide.RouteGuide"), both);
            health.watch(of(Words.NAME), both);
            assertThat(both.messages.take().getStatus()).isEqualTo(ServingStatus.SERVING);
            assertThat(both.messages.take().getStatus()).isEqualTo(ServingStatus.SERVING);
            server.drain(Duration.ofSeconds(30));
            assertThat(both.messages.take().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(both.messages.take().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        }
    }

    @Test
    void without_being_asked_for_there_is_none() throws IOException {
        try (var server = RpcServer.tcp("127.0.0.1", 0).start(new RouteService())) {
            assertThatThrownBy(server::health).isInstanceOf(IllegalStateException.class).hasMessageContaining("health()");
            var health = HealthGrpc.newBlockingStub(channel(server));
            assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> health.check(of(""))).getStatus().getCode())
                    .isEqualTo(io.grpc.Status.Code.UNIMPLEMENTED);
        }
    }

    private static ServerReflectionResponse ask(ManagedChannel channel, ServerReflectionRequest request) throws InterruptedException {
        var answers = new Queue<ServerReflectionResponse>();
        var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
        requests.onNext(request);
        var answer = answers.messages.take();
        requests.onCompleted();
        return answer;
    }

    @Test
    void reflection_lists_the_services_and_shows_their_files() throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).reflection().health().start(new RouteService(), Words.saying(word -> word))) {
            var channel = channel(server);
            var list = ask(channel, ServerReflectionRequest.newBuilder().setListServices("").build());
            assertThat(list.getListServicesResponse().getServiceList()).extracting(ServiceResponse::getName).contains("routeguide.RouteGuide",
                    "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");
            var file = ask(channel, ServerReflectionRequest.newBuilder().setFileContainingSymbol("routeguide.RouteGuide").build());
            var proto = FileDescriptorProto.parseFrom(file.getFileDescriptorResponse().getFileDescriptorProto(0));
            assertThat(proto.getPackage()).isEqualTo("routeguide");
            assertThat(proto.getService(0).getMethodList()).extracting(m -> m.getName() + " " + m.getClientStreaming() + " " + m.getServerStreaming())
                    .containsExactly("GetFeature false false", "ListFeatures false true", "RecordRoute true false", "RouteChat true true");
            var unknown = ask(channel, ServerReflectionRequest.newBuilder().setFileContainingSymbol("birds.Birds").build());
            assertThat(unknown.getErrorResponse().getErrorCode()).isEqualTo(Status.NOT_FOUND.number());
        }
    }

    @Test
    void channelz_shows_the_server_its_calls_and_its_connections() throws IOException {
        try (var server = RpcServer.tcp("127.0.0.1", 0).channelz().start(Words.saying(word -> word));
                var client = RpcClient.to("127.0.0.1", server.port()).open()) {
            for (int i = 0; i < 7; i++) {
                Words.say(client, "word");
            }
            var channelz = ChannelzGrpc.newBlockingStub(channel(server));
            await().until(() -> {
                var servers = channelz.getServers(GetServersRequest.getDefaultInstance()).getServerList();
                return servers.stream().anyMatch(s -> s.getData().getCallsSucceeded() >= 7 && s.getListenSocketCount() == 1
                        && channelz.getServerSockets(GetServerSocketsRequest.newBuilder().setServerId(s.getRef().getServerId()).build())
                                .getSocketRefCount() == 2);
            });
        }
    }
}
