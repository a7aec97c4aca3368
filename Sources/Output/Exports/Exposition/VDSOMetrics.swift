import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable

/// What the vDSO served and what it did not, as metrics. Processes are left out, as everywhere in these metrics.
enum VDSOMetrics {
    static func families(_ vdso: VDSOProfile) -> [MetricFamily] {
        [entered(vdso.entered)] + served(vdso.served) + [vsyscalls(vdso.vsyscalls)]
    }

    private static func entered(_ entries: [VDSOEntry]) -> MetricFamily {
        var family = MetricFamily(
            "syslat_vdso_entered_calls", .counter, help: "Calls that the vDSO could have served but that entered the kernel.")
        for entry in entries {
            let clock = entry.clock.map { [MetricLabel("clock", $0.name)] } ?? []
            let labels = CallMetrics.labels(entry.id) + clock + [MetricLabel("reason", entry.reason.name)]
            family.add(labels, entry.distribution.count)
        }
        return family
    }

    /// Gauges, since these are not counts.
    private static func served(_ estimates: [ServedEstimate]) -> [MetricFamily] {
        var sums: [String: ServedEstimate] = [:]
        for estimate in estimates { sums[estimate.function] = sums[estimate.function]?.merged(with: estimate) ?? estimate }
        let byFunction = sums.sorted { $0.key < $1.key }
        let gauges: [(String, String, (ServedEstimate) -> UInt64)] = [
            ("", "Calls that the vDSO served, estimated from vDSO ticks.", { $0.calls }),
            ("_low", "Lower end of the interval (95 %) of the estimate of calls that the vDSO served.", { $0.callsLow }),
            ("_high", "Upper end of the interval (95 %) of the estimate of calls that the vDSO served.", { $0.callsHigh }),
        ]
        return gauges.map { suffix, help, value in
            var family = MetricFamily("syslat_vdso_served_calls_estimate\(suffix)", .gauge, help: help)
            for (function, estimate) in byFunction { family.add([MetricLabel("function", function)], value(estimate)) }
            return family
        }
    }

    private static func vsyscalls(_ counts: [VsyscallCount]) -> MetricFamily {
        var family = MetricFamily(
            "syslat_vdso_vsyscall_calls", .counter, help: "Calls through the legacy vsyscall page, which aren't system calls.")
        let sums = Dictionary(counts.map { ($0.name, $0.calls) }) { $0.addingSaturating($1) }
        for (name, calls) in sums.sorted(by: { $0.key < $1.key }) { family.add([MetricLabel("function", name)], calls) }
        return family
    }
}
