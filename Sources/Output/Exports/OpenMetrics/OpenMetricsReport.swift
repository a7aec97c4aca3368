import Presentation
import SaturatingMath
import LatencyHistogram
package import Profile
import SyscallTable

/// A profile as OpenMetrics 1.0 text, for Prometheus and whatever reads its formats.
package enum OpenMetricsReport {
    /// The same profile always gives the same text. Counts are written in full, and durations are exact to the nanosecond.
    ///
    /// By process, there are the calls and times of each process too. A server of metrics would not want them: their number has no
    /// bound.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, byProcess: Bool = false) -> String {
        let families =
            [host(profile.host)] + capture(profile.capture) + sampling(profile) + balance(profile.balance)
            + [refused(profile.refused), durations(of: profile)] + requests(profile) + afterExit(profile.calls)
            + (byProcess ? ProcessMetrics.families(profile.allProcesses) : [])
            + (profile.vdso.map(VDSOMetrics.families) ?? [])
        return families.map(\.text).joined() + "# EOF\n"
    }

    /// The bounds of the histogram, which never change: the last nanosecond of each power of two from 63 ns to 17 s.
    ///
    /// Bounds are inclusive in OpenMetrics, and these are the last values of buckets of ours: no call is in the wrong one.
    static let bounds = (6...34).map { (UInt64(1) << UInt64($0)) - 1 }

    private static func host(_ host: Host) -> MetricFamily {
        var family = MetricFamily("syslat_host", .info, help: "The machine and boot that the profile was made on.")
        family.add(
            "_info",
            [
                ("kernel_release", host.kernelRelease), ("arch", host.arch), ("boot_id", host.bootID),
                ("cpu_model", host.cpuModel), ("clocksource", host.clocksource),
            ], "1")
        return family
    }

    private static func capture(_ capture: CaptureSummary) -> [MetricFamily] {
        let gauges: [(String, String, UInt64?)] = [
            ("capture_start_time", "When the capture began, since 1970-01-01 00:00 UTC.", capture.startedAtNanoseconds),
            ("capture_duration", "How long the capture took.", capture.durationNanoseconds),
            ("probe_floor", "The median of a call that does nothing, under the same probes.", capture.probeFloorNanoseconds),
        ]
        return gauges.map { name, help, nanoseconds in
            var family = MetricFamily("syslat_\(name)_seconds", .gauge, unit: "seconds", help: help)
            if let nanoseconds { family.add("", [], DecimalText.exactSeconds(nanoseconds: nanoseconds)) }
            return family
        }
    }

    /// Nothing where every call was measured.
    private static func sampling(_ profile: Profile) -> [MetricFamily] {
        guard let sampling = profile.capture.sampling else { return [] }
        var rate = MetricFamily(
            "syslat_sampling_calls", .gauge,
            help: "One call in so many was measured, the others only counted: the smallest and the largest rate.")
        rate.add("", [("bound", "min")], String(sampling.leastCalls))
        rate.add("", [("bound", "max")], String(sampling.mostCalls))
        var overhead = MetricFamily(
            "syslat_overhead_ratio", .gauge, help: "What the capture cost, as a share of the target's CPU time.")
        if let spent = sampling.budget?.spent { overhead.add("", [], DecimalText.fixed(spent, decimals: 6)) }
        var unrepresented = MetricFamily(
            "syslat_unrepresented_calls", .counter,
            help: "Completed calls that are in no histogram, since sampling measured none like them.")
        for call in profile.calls {
            for series in call.series.inOrder where series.unrepresented > 0 {
                unrepresented.add("_total", labels(of: series, call.id), String(series.unrepresented))
            }
        }
        return [rate, overhead, unrepresented]
    }

    private static func labels(of series: Series, _ id: SyscallID) -> MetricFamily.Labels {
        [("abi", id.abi.name), ("name", id.name), ("outcome", series.outcome.name), ("result", series.result)]
    }

    private static func balance(_ balance: Balance) -> [MetricFamily] {
        func family(_ name: String, _ help: String, by label: String, _ values: [(String, UInt64)]) -> MetricFamily {
            var family = MetricFamily("syslat_\(name)", .counter, help: help)
            for (value, count) in values { family.add("_total", label.isEmpty ? [] : [(label, value)], String(count)) }
            return family
        }
        return [
            family("entered_calls", "Calls that entered the kernel.", by: "", [("", balance.entered)]),
            family(
                "calls", "Calls that entered, by what became of them.", by: "state",
                [
                    ("completed", balance.completed), ("in_flight", balance.inFlight),
                    ("never_returned", balance.neverReturned), ("lost", balance.lost),
                ]),
            family(
                "lost_calls", "Calls that are in no histogram, by cause.", by: "cause",
                Balance.LossCause.allCases.map { ($0.rawValue, balance.lostByCause[$0] ?? 0) }),
            family(
                "unmatched_returns", "Returns of calls whose entry was not counted, by cause.", by: "cause",
                [
                    ("began_before", balance.beganBefore), ("new_task", balance.newTaskReturns),
                    ("refused", balance.refused),
                ]),
            family(
                "overflowed_calls", "Completed calls that went through the coarser histograms in the kernel.", by: "",
                [("", balance.overflowed)]),
            family(
                "unmeasured_calls", "Completed calls that sampling only counted.", by: "",
                [("", balance.unmeasured)]),
        ]
    }

    private static func refused(_ refused: [RefusedCalls]) -> MetricFamily {
        var family = MetricFamily(
            "syslat_refused_calls", .counter, help: "Calls that a seccomp filter, its supervisor or a tracer kept from being made.")
        for kind in refused {
            let error = kind.errno.map(ErrnoTable.name) ?? ""
            family.add(
                "_total", [("abi", kind.id.abi.name), ("name", kind.id.name), ("by", kind.by.name), ("error", error)],
                String(kind.calls))
        }
        return family
    }

    private static func durations(of profile: Profile) -> MetricFamily {
        var family = MetricFamily(
            "syslat_syscall_duration_seconds", .histogram, unit: "seconds",
            help: "Latency of completed system calls, from entry to exit.")
        let exemplars = Exemplars(profile.slowCalls)
        for call in profile.calls where call.id.abi != .ioUring { add(call, labels: labels, exemplars, to: &family) }
        return family
    }

    /// Requests to io_uring. Nothing where they were not watched.
    private static func requests(_ profile: Profile) -> [MetricFamily] {
        guard let requests = profile.requests else { return [] }
        var submitted = MetricFamily("syslat_submitted_requests", .counter, help: "Requests to io_uring that were submitted.")
        submitted.add("_total", [], String(requests.entered))
        var states = MetricFamily("syslat_requests", .counter, help: "Submitted requests to io_uring, by what became of them.")
        for (state, count) in [
            ("completed", requests.completed), ("in_flight", requests.inFlight), ("silent", requests.neverReturned),
            ("lost", requests.lost),
        ] { states.add("_total", [("state", state)], String(count)) }
        var lost = MetricFamily("syslat_lost_requests", .counter, help: "Requests to io_uring that are in no histogram, by cause.")
        for (cause, count) in requests.lostByCause.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lost.add("_total", [("cause", cause.rawValue)], String(count))
        }
        var overflowed = MetricFamily(
            "syslat_overflowed_requests", .counter,
            help: "Completed requests to io_uring that went through the coarser histograms in the kernel.")
        overflowed.add("_total", [], String(requests.overflowed))
        var durations = MetricFamily(
            "syslat_request_duration_seconds", .histogram, unit: "seconds",
            help: "Latency of completed requests to io_uring, from submission to completion.")
        let exemplars = Exemplars(profile.slowCalls)
        for call in profile.calls where call.id.abi == .ioUring {
            add(call, labels: { Array(labels(of: $0, $1).dropFirst()) }, exemplars, to: &durations)
        }
        return [submitted, states, lost, overflowed, durations]
    }

    private static func add(
        _ call: CallProfile, labels: (Series, SyscallID) -> MetricFamily.Labels, _ exemplars: Exemplars,
        to family: inout MetricFamily
    ) {
        for series in call.series.inOrder where !series.distribution.isEmpty {
            add(series.distribution, labels(series, call.id), exemplars.calls(of: series, call.id), to: &family)
        }
    }

    /// Nothing where no call left work.
    private static func afterExit(_ calls: [CallProfile]) -> [MetricFamily] {
        guard calls.contains(where: { $0.afterExit != nil }) else { return [] }
        var durations = MetricFamily(
            "syslat_after_exit_duration_seconds", .histogram, unit: "seconds",
            help: "Time from the exit of system calls that left work to the end of that work, before the program goes on.")
        var unmeasured = MetricFamily(
            "syslat_after_exit_unmeasured_calls", .counter, help: "Calls that left work whose time could not be measured.")
        for call in calls {
            guard let afterExit = call.afterExit else { continue }
            let labels = [("abi", call.id.abi.name), ("name", call.id.name)]
            if !afterExit.distribution.isEmpty { add(afterExit.distribution, labels, to: &durations) }
            if afterExit.unmeasured > 0 { unmeasured.add("_total", labels, String(afterExit.unmeasured)) }
        }
        return [durations, unmeasured]
    }

    private static func add(
        _ distribution: LatencyHistogram, _ labels: MetricFamily.Labels, _ slow: [SlowCall] = [], to family: inout MetricFamily
    ) {
        var lower: UInt64?
        var rest = distribution.buckets[...]
        var count: UInt64 = 0
        for bound in bounds {
            while let bucket = rest.first, BucketScheme.upperBound(of: bucket.index) <= bound {
                count = count.addingSaturating(bucket.count)
                rest.removeFirst()
            }
            let exemplar = slow.exemplar(above: lower, to: bound)
            family.add("_bucket", labels + [("le", self.label(of: bound))], String(count), exemplar: exemplar)
            lower = bound
        }
        let exemplar = slow.exemplar(above: lower, to: nil)
        family.add("_bucket", labels + [("le", "+Inf")], String(distribution.count), exemplar: exemplar)
        family.add("_count", labels, String(distribution.count))
        family.add("_sum", labels, DecimalText.exactSeconds(nanoseconds: distribution.sum))
    }

    /// A bound in seconds as other programs write it, because they compare it as text: the shortest digits that give the same
    /// double, with an exponent below 0.0001. A description of a double is just that.
    private static func label(of bound: UInt64) -> String { (Double(bound) / 1e9).description }
}
