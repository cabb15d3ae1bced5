package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.weft.net.DrainReport;

/** Keeps what a server tells its observer. */
final class Witness implements RpcObserver {
    final List<String> started = new CopyOnWriteArrayList<>();
    final List<String> rejected = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final List<Status> ended = new CopyOnWriteArrayList<>();
    final List<DrainReport> drained = new CopyOnWriteArrayList<>();

    @Override
    public void started(Call call) {
        started.add(call.method());
    }

    @Override
    public void rejected(String method, String peer, Status status, String reason) {
        rejected.add(method + ": " + status + " " + reason);
    }

    @Override
    public void failed(Call call, Throwable failure) {
        failures.add(failure);
    }

    @Override
    public void ended(Call call, Status status, Duration took) {
        ended.add(status);
    }

    @Override
    public void drained(DrainReport report) {
        drained.add(report);
    }
}
