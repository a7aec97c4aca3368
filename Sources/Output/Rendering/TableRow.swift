import SaturatingMath
import LatencyHistogram
import Profile

/// One row of the table: a call, a process, or a sum of several.
struct TableRow {
    var name: String
    /// What stays readable where the name is cut off: the process id.
    var suffix = ""
    var calls: UInt64
    var errors: UInt64
    var totalNanoseconds: UInt64
    /// How many of the calls slept.
    var blocked: UInt64
    /// The time in which the calls were made, where it is not that of the capture.
    var durationNanoseconds: UInt64?
    /// nil where no distribution is known.
    var figures: LatencyFigures?

    /// The mean, in nanoseconds; nil where no call was measured.
    var meanNanoseconds: Double? {
        calls > 0 && (totalNanoseconds > 0 || figures != nil) ? Double(totalNanoseconds) / Double(calls) : nil
    }

    var nameWidth: Int { DisplayText.width(name) + DisplayText.width(suffix) }
}

extension TableRow {
    init(call: CallProfile, host: Host) {
        name = DisplayText.sanitized(call.id.label(on: host))
        calls = call.calls
        errors = call.errors
        totalNanoseconds = call.distribution.sum
        blocked = call.blocked
        figures = LatencyFigures(call.distribution)
    }

    init(process: ProcessProfile) {
        let comm = DisplayText.sanitized(process.comm)
        if let pid = process.pid {
            name = comm.isEmpty ? "?" : comm
            suffix = " (\(pid))"
        } else {
            name = comm.isEmpty ? "other processes" : comm
        }
        calls = process.calls
        errors = process.errors
        totalNanoseconds = process.totalNanoseconds
        blocked = process.blocked
        figures = process.distribution.flatMap(LatencyFigures.init)
    }

    /// All calls of one stretch of a time series, named by its beginning and end.
    init(interval: Interval) {
        let end = interval.startNanoseconds.addingSaturating(interval.durationNanoseconds)
        let distribution = interval.calls.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        name = "\(TableRow.seconds(interval.startNanoseconds)) – \(TableRow.seconds(end)) s"
        durationNanoseconds = interval.durationNanoseconds
        calls = interval.calls.reduce(0) { $0.addingSaturating($1.calls) }
        errors = interval.calls.reduce(0) { $0.addingSaturating($1.errors) }
        totalNanoseconds = distribution.sum
        blocked = interval.calls.reduce(0) { $0.addingSaturating($1.blocked) }
        figures = LatencyFigures(distribution)
    }

    /// Seconds with two decimals: rows below each other are compared at a glance.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let hundredths = nanoseconds / 10_000_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// The sum of some rows. Percentiles do not add up: `distribution`, where there is one, says what they are.
    init(sumOf rows: some Sequence<TableRow>, name: String, distribution: LatencyHistogram? = nil) {
        self.init(name: name, calls: 0, errors: 0, totalNanoseconds: 0, blocked: 0, figures: nil)
        for row in rows {
            calls = calls.addingSaturating(row.calls)
            errors = errors.addingSaturating(row.errors)
            totalNanoseconds = totalNanoseconds.addingSaturating(row.totalNanoseconds)
            blocked = blocked.addingSaturating(row.blocked)
        }
        figures = distribution.flatMap(LatencyFigures.init)
    }
}
