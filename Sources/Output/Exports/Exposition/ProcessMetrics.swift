import Profile
import SaturatingMath
import SyscallTable

/// The calls of processes and their time, as metrics.
enum ProcessMetrics {
    /// Processes of one name are one. Process ids are no labels: each would be a series that never gets a second value.
    static func families(_ processes: [ProcessProfile]) -> [MetricFamily] {
        var calls = MetricFamily(
            "syslat_process_calls", .counter, help: "Completed calls, and requests to io_uring, of the processes of each name.")
        var time = MetricFamily(
            "syslat_process_time_seconds", .counter, unit: "seconds",
            help: "Total latency of the completed calls and requests of the processes of each name.")
        var order: [Key] = []
        var totals: [Key: (calls: UInt64, nanoseconds: UInt64)] = [:]
        for process in processes {
            for series in process.series where series.calls > 0 {
                let key = Key(process, series)
                if totals[key] == nil { order.append(key) }
                let known = totals[key] ?? (0, 0)
                totals[key] = (
                    known.calls.addingSaturating(series.calls), known.nanoseconds.addingSaturating(series.totalNanoseconds)
                )
            }
        }
        for key in order {
            guard let total = totals[key] else { continue }
            calls.add(key.labels, total.calls)
            time.add(key.labels, .nanoseconds(total.nanoseconds))
        }
        return [calls, time]
    }

    private struct Key: Hashable {
        /// By bytes: names that are equal as text may still differ.
        private let comm: [UInt8]
        private let id: SyscallID
        private let outcome: Outcome

        init(_ process: ProcessProfile, _ series: ProcessSeries) {
            (comm, id, outcome) = (Array(process.comm.utf8), series.id, series.outcome)
        }

        var labels: [MetricLabel] {
            [MetricLabel("comm", String(decoding: comm, as: UTF8.self))] + CallMetrics.labels(id)
                + [MetricLabel("outcome", outcome.name)]
        }
    }
}
