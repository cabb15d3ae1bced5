package dev.weft.rpc;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

/**
 * What a server's health service (grpc.health.v1.Health) tells of each service, by its full name, and under the empty name of the whole. All
 * serve from the start; when the server drains nothing does any more. For any thread.
 */
public final class Health {
    private final HealthStatusManager manager = new HealthStatusManager();

    /** Of a server with these services. */
    Health(Iterable<String> services) {
        services.forEach(service -> set(service, true));
    }

    /** Says whether a service can be used; watchers are told at once. */
    public void set(String service, boolean serves) {
        manager.setStatus(service, serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /** Says it of the whole server. */
    public void set(boolean serves) {
        set(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, serves);
    }

    /** Forgets a service: clients that ask for it are told NOT_FOUND. */
    public void forget(String service) {
        manager.clearStatus(service);
    }

    BindableService service() {
        return manager.getHealthService();
    }

    void end() {
        manager.enterTerminalState();
    }
}
