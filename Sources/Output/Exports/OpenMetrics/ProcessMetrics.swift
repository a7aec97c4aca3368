import Presentation
import Profile
import SaturatingMath
import SyscallTable

/// The calls of each process and their time, as metrics.
enum ProcessMetrics {
    /// Processes of one id and name are one: no two samples of a metric may have the same labels.
    static func families(_ processes: [ProcessProfile]) -> [MetricFamily] {
        var calls = MetricFamily(
            "syslat_process_calls", .counter, help: "Completed calls, and requests to io_uring, of each process.")
        var time = MetricFamily(
            "syslat_process_time_seconds", .counter, unit: "seconds",
            help: "Total latency of the completed calls and requests of each process.")
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
            calls.add("_total", key.labels, String(total.calls))
            time.add("_total", key.labels, DecimalText.exactSeconds(nanoseconds: total.nanoseconds))
        }
        return [calls, time]
    }

    private struct Key: Hashable {
        private let pid: Int32?
        /// By bytes: names that are equal as text may still differ.
        private let comm: [UInt8]
        private let id: SyscallID
        private let outcome: Outcome
        private let failed: Bool

        init(_ process: ProcessProfile, _ series: ProcessSeries) {
            (pid, comm) = (process.pid, Array(process.comm.utf8))
            (id, outcome, failed) = (series.id, series.outcome, series.failed)
        }

        var labels: MetricFamily.Labels {
            [
                ("pid", pid.map { String($0) } ?? ""), ("comm", String(decoding: comm, as: UTF8.self)), ("abi", id.abi.name),
                ("name", id.name), ("outcome", outcome.name), ("result", failed ? "error" : "ok"),
            ]
        }
    }
}
