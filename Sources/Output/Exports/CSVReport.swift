package import Presentation
import LatencyHistogram
package import Profile
import ProfileSchema
import SyscallTable

/// The figures of a profile as comma-separated values (RFC 4180), for spreadsheets and data frames: one row for each series,
/// the calls of one kind that ended the same way. Refused calls have rows of their own, without latencies.
package enum CSVReport {
    /// The same profile always gives the same text. Lines end with CR LF, as the RFC wants it. Integers are written in full,
    /// durations are whole nanoseconds.
    ///
    /// By interval, each row belongs to one interval of the time series; a profile without one is a single interval. By process,
    /// each row belongs to one process: its latencies are known for all calls together only, so a row has no more than their mean.
    /// Refused calls belong to no interval and no process, and have no rows then.
    ///
    /// With buckets, the table is another: a row for each bucket of each call, with the calls in it. By process, the buckets are
    /// those of all calls of the process, where the profile has them.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, by grouping: Grouping = .call, withBuckets: Bool = false) -> String {
        let isSampled = profile.capture.sampling != nil
        func rows(_ calls: [CallProfile], after first: [String] = []) -> String {
            guard withBuckets else { return self.rows(calls, isSampled, after: first) }
            return BucketCSV.rows(calls, mark(isSampled), after: first).map(line).joined()
        }
        let columns = withBuckets ? BucketCSV.callColumns : columns
        switch grouping {
        case .call: return line(columns) + rows(profile.calls) + (withBuckets ? "" : self.rows(profile.refused))
        case .process: return processes(profile.allProcesses, isSampled, withBuckets: withBuckets)
        case .interval:
            let whole = Interval(
                startNanoseconds: 0, durationNanoseconds: profile.capture.durationNanoseconds, calls: profile.calls)
            let intervals = profile.intervals.isEmpty ? [whole] : profile.intervals
            return line(intervalColumns + columns)
                + intervals.map { interval in
                    rows(interval.calls, after: [interval.startNanoseconds, interval.durationNanoseconds].map { String($0) })
                }.joined()
        }
    }

    private static func processes(_ processes: [ProcessProfile], _ isSampled: Bool, withBuckets: Bool) -> String {
        line(processColumns + (withBuckets ? BucketCSV.processColumns : columns))
            + processes.map { process in
                let first = [process.pid.map { String($0) } ?? "", process.comm]
                return withBuckets
                    ? BucketCSV.rows(process, mark(isSampled), after: first).map(line).joined()
                    : rows(process, isSampled, after: first)
            }.joined()
    }

    private static func mark(_ isSampled: Bool) -> String { isSampled ? "yes" : "no" }

    private static let processColumns = ["pid", "comm"]
    private static let intervalColumns = ["interval_start_ns", "interval_duration_ns"]
    private static let columns =
        ["abi", "number", "name", "outcome", "result"] + figures.map(\.stringValue) + ["sampled", "refused_by", "error"]
    private static let figures: [FigureKey] =
        [.calls, .total, .minimum, .mean] + Percentile.allCases.map { FigureKey($0) } + [.maximum]

    private static func rows(_ process: ProcessProfile, _ isSampled: Bool, after first: [String]) -> String {
        process.series.filter { $0.calls > 0 }.map { series in
            // Nothing takes no time at all: nothing of these was measured.
            let isMeasured = series.totalNanoseconds > 0
            let total = isMeasured ? String(series.totalNanoseconds) : ""
            let mean = isMeasured ? String(DecimalText.rounded(series.totalNanoseconds, per: series.calls)) : ""
            return line(
                first + [series.id.abi.name, String(series.id.number), series.id.name, series.outcome.name, series.result]
                    + [String(series.calls), total, "", mean] + Percentile.allCases.map { _ in "" }
                    + ["", mark(isSampled), "", ""])
        }.joined()
    }

    private static func rows(_ calls: [CallProfile], _ isSampled: Bool, after first: [String] = []) -> String {
        var text = ""
        for call in calls {
            for series in call.series.inOrder {
                guard series.calls > 0 else { continue }
                let figures = LatencyFigures(series.distribution)
                let latencies =
                    [figures.map { _ in series.distribution.sum }, figures?.minimum, figures?.mean]
                    + Percentile.allCases.map { figures?[$0] } + [figures?.maximum]
                text += line(
                    first + [call.id.abi.name, String(call.id.number), call.id.name, series.outcome.name, series.result]
                        + [String(series.calls)] + latencies.map { $0.map { String($0) } ?? "" }
                        + [mark(isSampled), "", ""])
            }
        }
        return text
    }

    private static func rows(_ refused: [RefusedCalls]) -> String {
        refused.map { kind in
            line(
                [kind.id.abi.name, String(kind.id.number), kind.id.name, "refused", kind.errno == nil ? "ok" : "error"]
                    + [String(kind.calls)] + figures.dropFirst().map { _ in "" }
                    + ["no", kind.by.name, kind.errno.map(ErrnoTable.name) ?? ""])
        }.joined()
    }

    private static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\r\n" }

    /// In quotes, doubled inside, where the field has a character that means something to a reader.
    static func quoted(_ field: String) -> String {
        // By scalar: CR LF is one character.
        guard field.unicodeScalars.contains(where: { [",", "\"", "\r", "\n"].contains($0) }) else { return field }
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
