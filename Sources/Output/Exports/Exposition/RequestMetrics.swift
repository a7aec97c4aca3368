import Profile
import SyscallTable

/// Requests to io_uring.
enum RequestMetrics {
    /// Nothing where they were not watched.
    static func families(_ profile: Profile) -> [MetricFamily] {
        guard let balance = profile.requests else { return [] }
        let requests = profile.calls.filter { $0.id.abi == .ioUring }
        var durations = MetricFamily(
            "syslat_request_duration_seconds", .histogram, unit: "seconds",
            help: "Latency of completed requests to io_uring, from submission to completion, errors among them.")
        durations.addDurations(of: requests, Exemplars(profile.slowCalls), labels: labels)
        var errors = MetricFamily("syslat_request_errors", .counter, help: "Completed requests to io_uring that gave an error.")
        errors.addErrors(of: requests, labels: labels)
        var inFlight = MetricFamily("syslat_in_flight_requests", .gauge, help: "Requests to io_uring that have not completed.")
        inFlight.add([], balance.inFlight)
        let causes = balance.lostByCause.keys.sorted { $0.rawValue < $1.rawValue }
        return [
            BalanceMetrics.counter("submitted_requests", "Requests to io_uring that were submitted.", balance.entered),
            BalanceMetrics.counter("completed_requests", "Requests to io_uring that completed.", balance.completed),
            BalanceMetrics.counter(
                "silent_requests", "Requests to io_uring that asked for no completion.", balance.neverReturned),
            BalanceMetrics.lost(
                "requests", "Requests to io_uring that are in no histogram, by cause.", balance.lostByCause, causes),
            BalanceMetrics.counter(
                "overflowed_requests",
                "Completed requests to io_uring that went through the coarser histograms in the kernel.", balance.overflowed),
            inFlight, durations, errors,
        ]
    }

    private static func labels(_ id: SyscallID) -> [MetricLabel] { [MetricLabel("request", id.name)] }
}
