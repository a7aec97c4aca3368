import Presentation
import LatencyHistogram
package import Profile
import ProfileSchema
import SyscallTable

/// The figures of a profile as comma-separated values (RFC 4180), for spreadsheets and data frames: one row for each series,
/// the calls of one kind that ended the same way. Refused calls have rows of their own, without latencies, and so has the work
/// that calls left, with the outcome `after_exit`: its calls have their latencies in other rows.
package enum CSVReport {
    /// The same profile always gives the same text. Lines end with CR LF, as the RFC wants it. Integers are written in full,
    /// durations are whole nanoseconds.
    ///
    /// With `byInterval` each row belongs to one interval of the time series; a profile without one is a single interval. Refused
    /// calls belong to no interval and have no rows then.
    ///
    /// Complexity: O(all buckets).
    package static func render(_ profile: Profile, byInterval: Bool = false) -> String {
        var text = line((byInterval ? intervalColumns : []) + columns)
        let isSampled = profile.capture.sampling != nil
        guard byInterval else { return text + rows(profile.calls, isSampled) + rows(profile.refused) }
        let whole = Interval(
            startNanoseconds: 0, durationNanoseconds: profile.capture.durationNanoseconds, calls: profile.calls)
        for interval in profile.intervals.isEmpty ? [whole] : profile.intervals {
            text += rows(
                interval.calls, isSampled, after: [interval.startNanoseconds, interval.durationNanoseconds].map(String.init))
        }
        return text
    }

    private static let intervalColumns = ["interval_start_ns", "interval_duration_ns"]
    private static let columns =
        ["abi", "number", "name", "outcome", "result"] + figureKeys.map(\.stringValue) + ["sampled", "refused_by", "error"]
    private static let figureKeys: [FigureKey] =
        [.calls, .total, .minimum, .mean] + Percentile.allCases.map { FigureKey($0) } + [.maximum]

    private static func rows(_ calls: [CallProfile], _ isSampled: Bool, after first: [String] = []) -> String {
        var text = ""
        for call in calls {
            let name = first + name(call.id)
            for series in call.series.inOrder where series.calls > 0 {
                text += line(
                    name + [series.outcome.name, series.result] + figures(series.distribution, calls: series.calls)
                        + [isSampled ? "yes" : "no", "", ""])
            }
            guard let work = call.afterExit else { continue }
            for (result, calls, distribution) in [
                ("measured", work.distribution.count, work.distribution), ("unmeasured", work.unmeasured, LatencyHistogram()),
            ] where calls > 0 {
                text += line(
                    name + [FigureKey.afterExit.stringValue, result] + figures(distribution, calls: calls)
                        + [isSampled ? "yes" : "no", "", ""])
            }
        }
        return text
    }

    private static func name(_ id: SyscallID) -> [String] { [id.abi.name, String(id.number), id.name] }

    /// In the order of the columns.
    private static func figures(_ distribution: LatencyHistogram, calls: UInt64) -> [String] {
        let figures = LatencyFigures(distribution)
        let latencies =
            [figures.map { _ in distribution.sum }, figures?.minimum, figures?.mean] + Percentile.allCases.map { figures?[$0] }
            + [figures?.maximum]
        return [String(calls)] + latencies.map { $0.map { String($0) } ?? "" }
    }

    private static func rows(_ refused: [RefusedCalls]) -> String {
        refused.map { kind in
            line(
                name(kind.id) + ["refused", kind.errno == nil ? "ok" : "error"]
                    + figures(LatencyHistogram(), calls: kind.calls)
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
