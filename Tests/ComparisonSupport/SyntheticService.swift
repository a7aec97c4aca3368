package import Comparison
import LatencyHistogram
import Profile
package import SyscallTable

/// A profile of a service with a time series, made up.
package struct SyntheticService: Sendable {
    package struct Call: Sendable {
        package var id: SyscallID
        package var nanoseconds: Double
        /// In each second, of which some fail and some sleep.
        package var calls, errors, blocked: UInt64

        package init(_ number: Int32, _ nanoseconds: Double, calls: UInt64, errors: UInt64 = 0, blocked: UInt64 = 0) {
            id = SyscallID(abi: .x86_64, number: number)
            (self.nanoseconds, self.calls, self.errors, self.blocked) = (nanoseconds, calls, errors, blocked)
        }
    }

    package var calls: [Call]
    package var kernel = "6.12.1"
    package var boot = "one"
    /// In seconds.
    package var start: UInt64 = 0
    /// Of one second each, and how much more or fewer calls each makes than on average: 0.1 is 10 %.
    package var intervals: [Double] = [0, 0.05, -0.05, 0.1, -0.1, 0.02, -0.02, 0, 0, 0]
    package var hasIntervals = true

    package init(_ calls: [Call]) { self.calls = calls }

    package func file(_ path: String) -> ComparedFile {
        var boots = SyntheticBoots(seed: 1)
        (boots.count, boots.calls, boots.kernel, boots.start) = (1, [], kernel, start)
        var profile = boots.files("x")[0].profile
        profile.host.bootID = boot
        let parts = intervals.map { more in calls.compactMap { made($0, times: 1 + more) } }
        profile.calls = parts.reduce([]) { $0.merged(with: $1) }
        profile.capture.durationNanoseconds = UInt64(intervals.count) * 1_000_000_000
        if hasIntervals {
            profile.intervals = parts.enumerated().map { place, calls in
                Interval(startNanoseconds: UInt64(place) * 1_000_000_000, durationNanoseconds: 1_000_000_000, calls: calls)
            }
        }
        return ComparedFile(path: path, profile: profile)
    }

    private func made(_ call: Call, times factor: Double) -> CallProfile? {
        func count(_ calls: UInt64) -> UInt64 { UInt64((Double(calls) * factor).rounded()) }
        let parts: [(Outcome, Bool, UInt64)] = [
            (.ran, false, count(call.calls - call.errors - call.blocked)), (.ran, true, count(call.errors)),
            (.blocked, false, count(call.blocked)),
        ]
        let series = parts.filter { $0.2 > 0 }.map { outcome, failed, calls in
            Series(
                outcome: outcome, failed: failed, distribution: SyntheticBoots.distribution(around: call.nanoseconds, count: calls))
        }
        guard !series.isEmpty else { return nil }
        return CallProfile(
            id: call.id, series: series, errnos: call.errors > 0 ? [ErrnoCount(errno: 11, count: count(call.errors))] : [])
    }
}
