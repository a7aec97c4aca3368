import Profile
import SyscallTable

/// Where every call went.
enum BalanceMetrics {
    static func families(_ profile: Profile) -> [MetricFamily] {
        let balance = profile.balance
        return [
            counter("entered_calls", "Calls that entered the kernel.", balance.entered),
            counter("completed_calls", "Calls that entered and returned.", balance.completed),
            counter(
                "never_returned_calls", "Calls that ended with their thread: exit, exit_group, or killed inside the call.",
                balance.neverReturned),
            lost("calls", "Calls that are in no histogram, by cause.", balance.lostByCause, Balance.LossCause.allCases),
            byCause(
                "unmatched_returns", "Returns of calls whose entry was not counted, by cause.",
                [
                    ("began_before", balance.beganBefore), ("new_task", balance.newTaskReturns),
                    ("refused", balance.refused),
                ]),
            counter(
                "overflowed_calls", "Completed calls that went through the coarser histograms in the kernel.", balance.overflowed),
            counter("unmeasured_calls", "Completed calls that sampling only counted.", balance.unmeasured),
            refused(profile.refused),
        ]
    }

    static func counter(_ name: String, _ help: String, _ count: UInt64) -> MetricFamily {
        var family = MetricFamily("syslat_\(name)", .counter, help: help)
        family.add([], count)
        return family
    }

    /// - Parameter causes: those that are shown, even if nothing was lost to them.
    static func lost(
        _ what: String, _ help: String, _ counts: [Balance.LossCause: UInt64], _ causes: [Balance.LossCause]
    ) -> MetricFamily { byCause("lost_\(what)", help, causes.map { ($0.rawValue, counts[$0] ?? 0) }) }

    private static func byCause(_ name: String, _ help: String, _ values: [(String, UInt64)]) -> MetricFamily {
        var family = MetricFamily("syslat_\(name)", .counter, help: help)
        for (cause, count) in values { family.add([MetricLabel("cause", cause)], count) }
        return family
    }

    private static func refused(_ refused: [RefusedCalls]) -> MetricFamily {
        var family = MetricFamily(
            "syslat_refused_calls", .counter, help: "Calls that a seccomp filter, its supervisor or a tracer kept from being made.")
        for kind in refused {
            let error = kind.errno.map(ErrnoTable.name) ?? ""
            family.add(
                CallMetrics.labels(kind.id) + [MetricLabel("by", kind.by.name), MetricLabel("errno", error)], kind.calls)
        }
        return family
    }
}
