import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// The calls: how long they took, which errors they gave, and which haven't returned.
enum CallMetrics {
    static func families(_ profile: Profile) -> [MetricFamily] {
        let calls = profile.calls.filter { $0.id.abi != .ioUring }
        return [durations(of: calls, profile.slowCalls), errors(of: calls)]
            + inFlight(profile.inFlight.filter { $0.id.abi != .ioUring }) + [unrepresented(calls)] + afterExit(calls)
    }

    static func labels(_ id: SyscallID) -> [MetricLabel] { [MetricLabel("syscall", id.name), MetricLabel("abi", id.abi.name)] }

    private static func durations(of calls: [CallProfile], _ slow: SlowCalls?) -> MetricFamily {
        var family = MetricFamily(
            "syslat_syscall_duration_seconds", .histogram, unit: "seconds",
            help: "Latency of completed system calls, from entry to exit, errors among them.")
        family.addDurations(of: calls, Exemplars(slow), labels: labels)
        return family
    }

    private static func errors(of calls: [CallProfile]) -> MetricFamily {
        var family = MetricFamily("syslat_syscall_errors", .counter, help: "Completed system calls that returned an error.")
        family.addErrors(of: calls, labels: labels)
        return family
    }

    /// Those begun before the capture are among them: what hangs, hangs.
    private static func inFlight(_ calls: [InFlightCall]) -> [MetricFamily] {
        var number = MetricFamily("syslat_in_flight_calls", .gauge, help: "System calls that have not returned.")
        var oldest = MetricFamily(
            "syslat_in_flight_oldest_seconds", .gauge, unit: "seconds",
            help: "How long the oldest of the system calls in flight has been running.")
        let byCall = Dictionary(grouping: calls, by: \.id)
        for (id, calls) in byCall.sorted(by: { $0.key < $1.key }) {
            number.add(labels(id), UInt64(calls.count))
            oldest.add(labels(id), .nanoseconds(calls.map(\.ageNanoseconds).max() ?? 0))
        }
        return [number, oldest]
    }

    /// Nothing where none is. A gauge: once one of their kind is measured, it stands for them.
    private static func unrepresented(_ calls: [CallProfile]) -> MetricFamily {
        var family = MetricFamily(
            "syslat_unrepresented_calls", .gauge,
            help: "Completed calls that are in no histogram, since sampling measured none like them.")
        for call in calls {
            for outcome in Outcome.allCases {
                let count = call.series.filter { $0.outcome == outcome }.reduce(UInt64(0)) { $0.addingSaturating($1.unrepresented) }
                if count > 0 { family.add(labels(call.id) + [MetricLabel("outcome", outcome.name)], count) }
            }
        }
        return family
    }

    /// Nothing where no call left work.
    private static func afterExit(_ calls: [CallProfile]) -> [MetricFamily] {
        var durations = MetricFamily(
            "syslat_after_exit_duration_seconds", .histogram, unit: "seconds",
            help: "Time from the exit of system calls that left work to the end of that work, before the program goes on.")
        var unmeasured = MetricFamily(
            "syslat_after_exit_unmeasured_calls", .counter, help: "Calls that left work whose time could not be measured.")
        for call in calls {
            guard let afterExit = call.afterExit else { continue }
            if !afterExit.distribution.isEmpty { durations.add(labels(call.id), .histogram(afterExit.distribution)) }
            if afterExit.unmeasured > 0 { unmeasured.add(labels(call.id), afterExit.unmeasured) }
        }
        return [durations, unmeasured]
    }
}

extension MetricFamily {
    /// A histogram for each outcome of each call. Calls that failed are in it with the others: how many they are is a metric of its own.
    mutating func addDurations(of calls: [CallProfile], _ exemplars: Exemplars, labels: (SyscallID) -> [MetricLabel]) {
        for call in calls {
            for outcome in Outcome.allCases {
                let histogram = call.distribution(of: outcome)
                guard !histogram.isEmpty else { continue }
                add(
                    labels(call.id) + [MetricLabel("outcome", outcome.name)], .histogram(histogram),
                    slowCalls: exemplars.calls(of: call.id, outcome))
            }
        }
    }

    mutating func addErrors(of calls: [CallProfile], labels: (SyscallID) -> [MetricLabel]) {
        for call in calls {
            // Two numbers could have one name.
            var counts: [(name: String, count: UInt64)] = []
            for errno in call.errnos where errno.count > 0 {
                let name = ErrnoTable.name(errno.errno)
                if let known = counts.firstIndex(where: { $0.name == name }) {
                    counts[known].count = counts[known].count.addingSaturating(errno.count)
                } else {
                    counts.append((name, errno.count))
                }
            }
            for (name, count) in counts { add(labels(call.id) + [MetricLabel("errno", name)], count) }
        }
    }
}
